// The console's beginning: its language, who is here, then the page.
import { createApp } from 'vue';
import './design/tokens.css';
import './design/base.css';
import './app/theme.js';
import App from './App.vue';
import { language, setLanguage } from './app/words.js';
import { loadMe, standing } from './app/session.js';
import { sweepDrafts } from './app/drafts.js';
import { toastProblem } from './app/toasts.js';

sweepDrafts();
// Both at once: neither needs the other.
const known = loadMe().catch((problem) => { standing.value = 'out'; return problem; });
// chrome87 has no await at the top of a module.
setLanguage(language.value).then(async () => {
  createApp(App).mount('#app');
  const problem = await known;
  if (problem) toastProblem(problem);
});
