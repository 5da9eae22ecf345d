// day DATA CHANNEL UNIT TEXT PLACE: one complaint from the first word to the resident's last, as a
// channel, a unit and a callback adapter do it. Prints a line a stage: word, then number and what came of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { Paidan, Refused } from './paidan.mjs';

const [data, channel, unit, text, place] = process.argv.slice(2);
if (place === undefined) {
    console.error('usage: node day.mjs DATA CHANNEL UNIT TEXT PLACE');
    process.exit(64);
}
const paidan = await Paidan.open(data, 'node-example');

// Routing and closing take a moment: what is asked for is not there yet.
async function until(what, ask) {
    for (let tries = 0; tries < 100; tries++) {
        const found = await ask();
        if (found !== undefined) {
            return found;
        }
        await sleep(100);
    }
    throw new Error(`waited in vain: ${what}`);
}

// 1. The channel hands it in. Its own id makes a second try harmless: the same ticket comes back.
const complaint = { channel, external_id: `node-${Date.now()}`, text, place, phone: '13812345678' };
let first = (await paidan.ask('intake', 'submit', { tickets: [complaint] })).submitted.results[0];
const again = (await paidan.ask('intake', 'submit', { tickets: [complaint] })).submitted.results[0];
if (first.code !== 'OK' || again.ticket !== first.ticket || !again.duplicate) {
    throw new Error('the same external id made another ticket');
}
// The same person said the same of a ticket that is still open: it was chased, and nobody gets a code by it. This
// one is another matter: with `anew` and an id of its own (the first one belongs to that ticket now) it becomes one.
if (first.repeats) {
    console.log('repeated', first.number, first.state);
    first = (await paidan.ask('intake', 'submit', { tickets: [{ ...complaint, external_id: `${complaint.external_id}-anew`, anew: true }] })).submitted.results[0];
    if (first.code !== 'OK' || first.repeats) {
        throw new Error('said to be another matter, and yet a repetition');
    }
}
// number and query_code are what the resident is told; ticket is what the next wishes want.
console.log('submitted', first.number, first.query_code);

// 2. The resident asks how it stands, with the number as typed.
const seen = (await paidan.ask('intake', 'lookup', { typed_number: first.number, query_code: first.query_code })).looked_up;
console.log('looked-up', seen.number, seen.state);

// 3. The unit pulls it, and solves it.
const brief = await until('the pull', async () => {
    const pulled = (await paidan.ask('escalation', 'pull', { unit, max: 10 })).pulled;
    return pulled.tickets?.find((each) => each.ticket === first.ticket);
});
console.log('pulled', brief.number, brief.category);
// Assisting units have tasks of their own, which the lead waits for; here one program speaks for all.
const acts = [[unit, 'ACTION_ACCEPT', undefined], [unit, 'ACTION_CONTACT', '已电话联系']];
for (const assisting of brief.assist ?? []) {
    acts.push([assisting, 'ACTION_ASSIST_DONE', '已配合']);
}
acts.push([unit, 'ACTION_RESOLVE', '已处理']);
for (const [by, action, note] of acts) {
    const items = [{ ticket: brief.ticket, note }];
    const result = (await paidan.ask('escalation', 'work', { unit: by, action, items })).worked.results[0];
    if (result.code !== 'OK') {
        throw new Refused(result.code, result.detail);
    }
    console.log(action.slice(7).toLowerCase(), brief.number, result.state);
}

// 4. The channel asks the resident whether it is really solved, in calling hours, and reports the answer.
const task = await until('the callback', async () => {
    const pulled = (await paidan.ask('callback', 'callback_pull', { channel, max: 10 })).callback_pulled;
    return pulled.tasks?.find((each) => each.ticket === first.ticket);
});
const reply = { ticket: task.ticket, round: task.round, solved: 'SOLVED_YES', satisfied: 'SATISFIED_YES', note: '谢谢' };
const answered = (await paidan.ask('callback', 'callback_answer', { replies: [reply] })).callback_answered.results[0];
console.log('answered', task.number, answered.code);

// 5. A refusal has a stable code.
try {
    await paidan.ask('intake', 'lookup', { typed_number: first.number, query_code: 'WRONG0' });
} catch (error) {
    if (!(error instanceof Refused)) {
        throw error;
    }
    console.log('refused', first.number, error.code);
}
paidan.close();
