// 来电人以前的工单: by the number, asked once it looks like one. Each search is recorded with its reason, so a
// number is asked about once, not at each key.
import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import { post } from './api.js';
import { t } from './words.js';

const SETTLE_MS = 600,
  DIGITS_MIN = 7,
  PAGE = 10;

/** {rows, more, asked, problem, next, forget} of the number that phone() gives, in the channel of a ref ('': any). */
export function callerOf(phone, channel) {
  const rows = shallowRef([]),
    more = shallowRef(null),
    asked = ref(''),
    problem = shallowRef(null);
  let timer = 0;
  const digits = (text) => (text ?? '').replace(/\D/g, '');
  async function ask(from) {
    const number = asked.value;
    try {
      const page = await post('/callers', {
        phone: number,
        reason: t('hotline.callerReason'),
        limit: PAGE,
        ...(channel.value ? { channel: channel.value } : {}),
        ...(from ? { cursor: from } : {}),
      });
      if (asked.value !== number) return;
      rows.value = from ? [...rows.value, ...(page.tickets ?? [])] : (page.tickets ?? []);
      more.value = page.next ?? null;
      problem.value = null;
    } catch (caught) {
      if (asked.value === number) problem.value = caught;
    }
  }
  function forget() {
    clearTimeout(timer);
    asked.value = '';
    rows.value = [];
    more.value = null;
    problem.value = null;
  }
  watch(
    [phone, channel],
    ([typed], [, before]) => {
      const number = typed.trim();
      if (digits(number) === digits(asked.value) && before === channel.value) return;
      forget();
      if (digits(number).length < DIGITS_MIN) return;
      timer = setTimeout(() => {
        asked.value = number;
        ask();
      }, SETTLE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return { rows, more, asked, problem, next: () => ask(more.value), forget };
}
