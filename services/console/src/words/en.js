// What the console says in English: the same keys as zh.js (test/words.test.mjs). Words of the domain (states,
// actions, codes) are not here: the gateway serves them.
import shell from './shell.en.js';
import oversight from './oversight.en.js';
import work from './work.en.js';

export default { ...shell, ...oversight, ...work };
