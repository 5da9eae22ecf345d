// The console's beginning: its language, who is here, then the page.
import { createApp } from 'vue';
import './design/tokens.css';
import './design/base.css';
import './app/theme.js';
import App from './App.vue';
import { language, setLanguage } from './app/words.js';
import { loadMe, standing, wasHere } from './app/session.js';
import { guessSite } from './app/site.js';
import { guessScreen } from './screens/index.js';
import { sweepDrafts } from './app/drafts.js';
import { toastProblem } from './app/toasts.js';

sweepDrafts();
// All at once: none needs the other.
const known = loadMe().catch((problem) => {
  standing.value = 'out';
  return problem;
});
const loaded = setLanguage(language.value);
// Somebody who was here before probably is still.
if (wasHere()) {
  guessSite();
  guessScreen();
}
// chrome87 has no await at the top of a module.
loaded.then(async () => {
  createApp(App).mount('#app');
  const problem = await known;
  if (problem) toastProblem(problem);
});
