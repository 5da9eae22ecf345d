// What people do to tickets: one table, from which screens take the word, the key, the fields a form
// asks for and when it is offered at all. The services decide; this only keeps from offering what they
// would surely refuse. A deed on one ticket and on two hundred is the same wish.
import { post } from './api.js';
import { now, short } from './clock.js';
import { unitName } from './site.js';
import { t, word } from './words.js';
import { is, myUnits, mySupervising, myDeciding } from './session.js';

const OPEN = new Set(['assigned', 'accepted', 'returned', 'suspended']);
const OWING_MODES = new Set(['mediation', 'deliberation', 'coordination']);

const holds = (brief) => myUnits.value.includes(brief.unit);
const leads = (brief) => holds(brief) && is('leader');
const assists = (brief) => (brief.assist_tasks ?? []).find((task) => !task.done && myUnits.value.includes(task.unit));
const supervises = (brief) => mySupervising.value.length > 0 && OPEN.has(brief.state);
/** The unit by which one may rule on what the ticket waits for; undefined: it is not for us. */
export function decider(brief) {
  const waits = brief.request ? brief.request_to : brief.appealed ? brief.appeal_to : undefined;
  if (!waits) return undefined;
  return myDeciding.value.includes(waits) ? waits : mySupervising.value[0];
}
const inState =
  (...states) =>
  (brief) =>
    holds(brief) && states.includes(brief.state);

// fields: what the form asks for; a name with ! must be filled. photos: may be added to the note. tone:
// how its button looks.
const work = {
  accept: { key: 'r', fields: [], when: inState('assigned') },
  contact: { key: 'c', fields: ['note'], when: inState('accepted') },
  progress: { key: 'p', fields: ['note!'], photos: true, when: inState('accepted') },
  resolve: { key: 'd', fields: ['note!', 'handling'], photos: true, when: inState('accepted'), tone: 'good' },
  return: { key: 't', fields: ['note!'], when: inState('assigned', 'accepted'), tone: 'warn' },
  raise: { key: 's', fields: ['note!'], when: inState('assigned', 'accepted') },
  extend: { key: 'e', fields: ['note!'], when: (brief) => inState('accepted')(brief) && !brief.request },
  suspend: { fields: ['note!', 'until!'], when: (brief) => leads(brief) && brief.state === 'accepted' },
  resume: { fields: ['note'], when: inState('suspended') },
  ask_assist: { fields: ['to_unit!', 'note!'], when: inState('accepted') },
  assist_done: { fields: ['note!'], when: (brief) => Boolean(assists(brief)), unit: (brief) => assists(brief)?.unit },
  name_person: { fields: ['person!', 'note!', 'until!'], when: (brief) => leads(brief) && brief.state === 'accepted' },
  set_mode: { fields: ['mode!', 'note'], when: inState('accepted') },
  end_mode: {
    fields: ['result!', 'note!'],
    when: (brief) => inState('accepted')(brief) && OWING_MODES.has(brief.mode),
  },
  appeal: {
    fields: ['note!'],
    when: (brief) =>
      leads(brief) &&
      ['resolved', 'closed'].includes(brief.state) &&
      (brief.late ?? []).length > 0 &&
      !brief.appealed &&
      !brief.exempt,
  },
};
const supervise = {
  grant: { key: 'y', fields: ['note'], when: (brief) => Boolean(decider(brief)), unit: decider, tone: 'good' },
  refuse: { key: 'n', fields: ['note!'], when: (brief) => Boolean(decider(brief)), unit: decider, tone: 'warn' },
  urge: { key: 'u', fields: ['note!'], when: supervises },
  watch: { key: 'w', fields: ['note!'], when: (brief) => supervises(brief) && !brief.supervised },
  order: { key: 'o', fields: ['to_unit!', 'note!'], when: supervises },
  yellow: {
    fields: ['note!'],
    when: (brief) => supervises(brief) && !['yellow', 'red'].includes(brief.card),
    tone: 'warn',
  },
  red: { fields: ['note!'], when: (brief) => supervises(brief) && brief.card !== 'red', tone: 'bad' },
  cancel_card: {
    fields: ['note!'],
    when: (brief) => mySupervising.value.length > 0 && ['yellow', 'red'].includes(brief.card),
  },
};
// Of dispatchers (a correction of supervisors too), each with a form of its own on the ticket's page. A merged one has but its way back.
const UNDER_WAY = ['assigned', 'accepted', 'returned', 'suspended'];
const dispatch = {
  correct: { key: 'g', when: (brief) => is('dispatcher', 'supervisor') && ['assigned', 'accepted', 'suspended'].includes(brief.state) },
  merge: { key: 'm', when: (brief) => is('dispatcher') && ['desk', ...UNDER_WAY].includes(brief.state) },
  unmerge: { key: 'm', when: (brief) => is('dispatcher') && brief.state === 'merged', tone: 'warn' },
  split: { key: 'x', when: (brief) => is('dispatcher') && ['desk', ...UNDER_WAY].includes(brief.state) },
};
const fill = (table, wish, group, unitOf) =>
  Object.entries(table).map(([name, row]) => ({
    name,
    wish,
    group,
    unit: unitOf,
    tone: '',
    ...row,
    id: `${wish}.${name}`,
    get words() {
      return word(group, name);
    },
  }));
export const workDeeds = fill(work, 'work', 'action', (brief) => brief.unit);
export const superviseDeeds = fill(
  supervise,
  'supervise',
  'supervise_action',
  () => mySupervising.value[0] ?? myDeciding.value[0],
);
export const dispatchDeeds = Object.entries(dispatch).map(([name, row]) => ({
  name,
  wish: 'dispatch',
  tone: '',
  fields: ['form'],
  unit: () => undefined,
  ...row,
  id: `dispatch.${name}`,
  get words() {
    return t(`deed.${name}`);
  },
}));
export const deedNamed = (id) => [...workDeeds, ...superviseDeeds].find((deed) => deed.id === id);
/** Those that make sense for the ticket and the person, in the order of the table. */
export function deedsFor(brief, table = [...workDeeds, ...superviseDeeds]) {
  return table.filter((deed) => deed.when(brief));
}

/** Why it was refused: "版本已变：14:03 张三 签收（城管执法队）", so that one knows who was faster. */
export function whyNot(result) {
  const reason = word('code', result.code);
  // The gateway's sentence about a state says all of it.
  if (result.says) return result.code === 'STATE_FORBIDS' ? result.says : `${reason} ${result.says}`;
  if (!result.did && !result.actor) return result.detail ? `${reason} · ${result.detail}` : reason;
  return t('deed.faster', {
    reason,
    did: word('fact', result.did ?? ''),
    actor: result.actor ?? t('deed.deadline'),
    at: result.at_ms ? short(result.at_ms, now()) : '',
    unit: result.unit ? unitName(result.unit) : '',
  });
}

const CHUNK = 1000;
/**
 * Does it. fields as the form gave them: {note, until_ms, to_unit, person, mode, result, ...}. Returns
 * the results in order: [{number, code, version, state, actor, at_ms, did, ...}]. Throws a Problem when
 * nothing was decided at all.
 */
export async function perform(deed, briefs, fields, key) {
  // A wish names one unit: tickets of several go as several wishes, each with a key of its own.
  const groups = new Map();
  for (const brief of briefs) {
    const unit = deed.unit(brief);
    groups.set(unit, [...(groups.get(unit) ?? []), brief]);
  }
  const given = Object.fromEntries(
    Object.entries(fields ?? {}).filter(([, value]) => value !== '' && value !== undefined && value !== null),
  );
  const results = [];
  for (const [unit, group] of groups) {
    for (let from = 0; from < group.length; from += CHUNK) {
      // Urging two hundred must not fail for one that moved a second ago; a single ticket must.
      const items = group
        .slice(from, from + CHUNK)
        .map((brief) => ({
          number: brief.number,
          ...(briefs.length === 1 && deed.wish === 'work' ? { version: brief.version } : {}),
          ...given,
        }));
      const body = { unit, action: deed.name, items };
      const answer = await post(`/${deed.wish}`, body, groups.size === 1 && group.length <= CHUNK ? { key } : {});
      results.push(...(answer.results ?? []));
    }
  }
  return results;
}
