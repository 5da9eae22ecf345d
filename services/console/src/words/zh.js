// What the console says in Chinese: the same keys as en.js (test/words.test.mjs). Words of the domain (states,
// actions, codes) are not here: the gateway serves them.
import shell from './shell.zh.js';
import oversight from './oversight.zh.js';
import work from './work.zh.js';

export default { ...shell, ...oversight, ...work };
