// Pictures of screens, to look at; and axe on each, in both languages and themes.
//   node dev/look.mjs [--base URL] [--out DIR] [--as supervisor] [--size 1366x768] [--lang zh] [--theme light]
//                     [--axe] [--press "a u"] PATH...      e.g. node dev/look.mjs --axe /board /alarms
import { chromium } from 'playwright-core';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const args = process.argv.slice(2),
  options = {
    base: 'http://127.0.0.1:8319/console/',
    out: '/tmp/look',
    as: 'supervisor',
    password: 'paidan',
    size: '1366x768',
    lang: 'zh',
    theme: 'light',
    wait: '900',
  },
  paths = [];
for (let at = 0; at < args.length; at++) {
  if (args[at] === '--axe') options.axe = true;
  else if (args[at].startsWith('--')) options[args[at].slice(2)] = args[++at];
  else paths.push(args[at]);
}
const axe = options.axe && readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(options.out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
});
let faults = 0;
for (const size of options.size.split(',')) {
  const [width, height] = size.split('x').map(Number);
  for (const lang of options.lang.split(',')) {
    for (const theme of options.theme.split(',')) {
      // bypassCSP: axe is put into the page from here; what the page itself does still shows in its errors.
      const context = await browser.newContext({
        viewport: { width, height },
        hasTouch: width < 500,
        bypassCSP: Boolean(axe),
        locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
      });
      await context.addInitScript(
        ([to, look]) => {
          localStorage.setItem('paidan.language', to);
          localStorage.setItem('paidan.theme', look);
        },
        [lang, theme],
      );
      const page = await context.newPage();
      page.on('console', (message) => {
        if (/error|warning/.test(message.type()) && !/401/.test(message.text())) {
          faults++;
          console.log(`${message.type()}: ${message.text()}`);
        }
      });
      page.on('pageerror', (error) => {
        faults++;
        console.log(`error: ${error.message}`);
      });
      await page.goto(options.base);
      if (options.as !== 'nobody') {
        await page.fill('#login-name', options.as);
        await page.fill('#login-password', options.password);
        await page.keyboard.press('Enter');
        await page.waitForSelector('#main, .wall');
      }
      for (const path of paths) {
        if (options.as !== 'nobody')
          await page.evaluate((to) => {
            location.hash = `#${to}`;
          }, path);
        await page.waitForTimeout(Number(options.wait));
        for (const key of (options.press ?? '').split(' ').filter(Boolean)) {
          await page.keyboard.press(key);
          await page.waitForTimeout(150);
        }
        await page.waitForTimeout(options.press ? 500 : 0);
        const name = `${path.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'home'}-${width}-${lang}-${theme}.png`;
        await page.screenshot({ path: `${options.out}/${name}` });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        if (wide) {
          faults++;
          console.log(`${name}: wider than the window`);
        }
        if (axe) {
          await page.evaluate(axe);
          const found = await page.evaluate(() =>
            window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }),
          );
          for (const each of found.violations) {
            if (each.tags.includes('best-practice')) {
              console.log(`${name}: advice ${each.id}: ${each.nodes[0].html.slice(0, 120)}`);
              continue;
            }
            faults++;
            console.log(
              `${name}: ${each.id} ×${each.nodes.length}: ${each.nodes[0].html.slice(0, 160)}\n    ${each.nodes[0].failureSummary.replace(/\n/g, ' ')}`,
            );
          }
        }
        console.log(name);
      }
      await context.close();
    }
  }
}
await browser.close();
console.log(`${faults} faults`);
process.exit(faults ? 1 : 0);
