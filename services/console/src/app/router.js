// Where one is: hash routes, so that the gateway serves one file and a bookmark works. The table of
// screens is src/screens/index.js; this module only knows how to match and to go.
import { shallowRef } from 'vue';

/** {name, params, query, path} of what is shown. */
export const route = shallowRef({ name: '', params: {}, query: {}, path: '/' });
let table = [];
let guard = (found) => found;

const compile = (path) => ({
  names: (path.match(/:\w+/g) ?? []).map((each) => each.slice(1)),
  pattern: new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`),
});

/** "#/ticket/1?tab=explain" read. */
export function parse(hash) {
  const [path, search] = (hash.replace(/^#/, '') || '/').split('?');
  return { path, query: Object.fromEntries(new URLSearchParams(search ?? '')) };
}
function match({ path, query }) {
  for (const each of table) {
    const found = each.pattern.exec(path);
    if (!found) continue;
    const params = {};
    try {
      each.names.forEach((name, at) => {
        params[name] = decodeURIComponent(found[at + 1]);
      });
    } catch {
      continue;
    }
    return { name: each.name, screen: each, params, query, path };
  }
  return null;
}
function arrive() {
  route.value = guard(match(parse(location.hash)));
}
/** "#/tickets/1?tab=x" for a link. */
export function href(path, query) {
  const search = new URLSearchParams(
    Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  ).toString();
  return `#${path}${search ? `?${search}` : ''}`;
}
export function go(path, query) {
  location.hash = href(path, query);
}
/** Changes the query of where one is, without a step to go back to. */
export function refine(query) {
  const { path, query: before } = route.value;
  history.replaceState(history.state, '', href(path, { ...before, ...query }));
  arrive();
}
/** onGuard(found or null) → the route to show: who may not be there is sent home. */
export function startRouter(screens, onGuard) {
  table = screens.map((each) => ({ ...each, ...compile(each.path) }));
  guard = onGuard;
  window.addEventListener('hashchange', arrive);
  arrive();
}
export { arrive as refreshRoute };
