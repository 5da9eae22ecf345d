// working_days MODULES data SITE: writes the package's holidays of 2004 to 2026 into SITE/calendars.
// working_days MODULES ask COUNT SEED: prints random terms, as test-calendar reads them.
// working_days MODULES judge COUNT SEED < answers: compares the dates with the package's.
// working_days MODULES days YEAR < show.json: compares each day of `paidan calendar show --json`.
'use strict';

const fs = require('fs');
const path = require('path');

const [modules, what, first, second] = process.argv.slice(2);
const oracle = require(path.join(modules, 'chinese-days'));
const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const ZONE = 8 * HOUR;
const BEGIN = Date.UTC(2004, 0, 1);
const END = Date.UTC(2026, 10, 1); // 40 working days before the data end

function fail(text) {
    console.error(text);
    process.exit(1);
}

function data(site) {
    const file = path.join(modules, 'chinese-days', 'dist', 'chinese-days.json');
    const known = JSON.parse(fs.readFileSync(file, 'utf8'));
    const years = {};
    const add = (days, isOffDay) => {
        for (const [date, text] of Object.entries(days)) {
            const year = Number(date.slice(0, 4));
            years[year] ??= [];
            years[year].push({ name: text.split(',')[1], date, isOffDay });
        }
    };
    add(known.holidays, true);
    add(known.workdays, false);
    fs.mkdirSync(path.join(site, 'calendars'));
    for (const [year, days] of Object.entries(years)) {
        const text = JSON.stringify({ year: Number(year), papers: [], days });
        fs.writeFileSync(path.join(site, 'calendars', `${year}.json`), text);
    }
}

// The same terms for asking and judging.
function* terms(count, seed) {
    let state = BigInt(seed);
    const random = (below) => {
        state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
        return Number((state >> 33n) % BigInt(below));
    };
    for (let index = 0; index < count; index++) {
        const day = BEGIN + random((END - BEGIN) / DAY) * DAY;
        // Open time: before opening the first day would be that day's own.
        const at = day - ZONE + 10 * HOUR + random(7 * 3600) * 1000;
        yield { date: new Date(day).toISOString().slice(0, 10), at, amount: 1 + random(25),
            start: random(2) ? 'next_day' : 'moment', end: random(2) ? 'end_of_day' : 'same_time' };
    }
}

function ask(count, seed) {
    const lines = [];
    for (const term of terms(count, seed)) {
        lines.push(`due working_days ${term.amount * DAY} ${term.at} ${term.start} ${term.end}`);
    }
    console.log(lines.join('\n'));
}

function judge(count, seed) {
    const answers = fs.readFileSync(0, 'utf8').trim().split('\n');
    let index = 0;
    for (const term of terms(count, seed)) {
        const due = new Date(Number(answers[index++]) + ZONE);
        const got = due.toISOString().slice(0, 10);
        const wanted = oracle.findWorkday(term.amount, term.date);
        if (got !== wanted) {
            fail(`${JSON.stringify(term)}: ${got}, the package says ${wanted}`);
        }
        if (term.end === 'end_of_day' && due.toISOString().slice(11, 19) !== '18:00:00') {
            fail(`${JSON.stringify(term)}: ends at ${due.toISOString()}`);
        }
    }
    if (index !== Number(count) || answers.length !== index) {
        fail(`${answers.length} answers to ${count} questions`);
    }
    console.log(`${index} terms in working days agree`);
}

function days(year) {
    const shown = JSON.parse(fs.readFileSync(0, 'utf8'));
    for (const day of shown.days) {
        if (day.working !== oracle.isWorkday(day.date)) {
            fail(`${day.date}: working is ${day.working}`);
        }
    }
    if (shown.days.length < 365 || !shown.known) {
        fail(`${year}: ${shown.days.length} days, known: ${shown.known}`);
    }
}

({ data, ask, judge, days })[what](first, second);
