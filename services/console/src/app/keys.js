// Single keys. A screen names its keys, the words beside them and what they do; `?` shows all that are
// in force. They are off while somebody types: in fields, during composition of an input method, with
// Ctrl, Alt or the system's key held, since those chords belong to the browser. A dialog lies above what
// is beneath it: only its own keys count.
import { onScopeDispose, shallowRef } from 'vue';

const scopes = [];
/** The layers in force, the top one last: for the help. */
export const layers = shallowRef([]);

function changed() {
  layers.value = scopes.slice();
}

/** Whether the person types text there. */
export function isField(element) {
  if (!element || element.nodeType !== 1) return false;
  if (element.isContentEditable) return true;
  if (element.tagName === 'TEXTAREA' || element.tagName === 'SELECT') return true;
  return element.tagName === 'INPUT' && !/^(checkbox|radio|button|submit|reset|range|file)$/i.test(element.type);
}
/** During the composition of an input method Enter and digits choose characters. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229 || event.key === 'Process';
}
/** The name of what was pressed: "j", "J" (with Shift), "Enter", "Shift+ArrowDown". */
export function keyOf(event) {
  if (event.key.length === 1) {
    // Caps Lock is no Shift: it must not turn `u` into another command.
    return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
  }
  return (event.shiftKey ? 'Shift+' : '') + event.key;
}
// Enter and Space on a button, a link or an open choice belong to it.
const OWN = new Set(['Enter', ' ', 'Tab', 'Shift+Tab']);
function ownsIt(element, key) {
  return (
    OWN.has(key) &&
    element instanceof Element &&
    element.closest('button, a[href], summary, [role=option], [role=tab], [role=menuitem], input') !== null
  );
}

function press(event) {
  if (event.defaultPrevented || isComposing(event) || event.ctrlKey || event.altKey || event.metaKey) return;
  const key = keyOf(event),
    typing = isField(event.target);
  for (let index = scopes.length - 1; index >= 0; index--) {
    const scope = scopes[index];
    const entry = scope.keys[key];
    const allowed = entry && (!typing || entry.inFields) && (typing || entry.anyway || !ownsIt(event.target, key));
    if (allowed && (!entry.when || entry.when())) {
      event.preventDefault();
      entry.run(event);
      return;
    }
    if (scope.modal) return;
  }
}
document.addEventListener('keydown', press);

/**
 * Keys of a screen, for as long as its component lives.
 * keys: {j: {words: 'key.next' or () => text, run(event), when?, inFields?, hidden?}}; the same entry
 * under two names is shown once. options: modal (nothing beneath counts), title.
 */
export function useKeys(keys, options = {}) {
  const scope = { keys, title: options.title, modal: options.modal === true };
  scopes.push(scope);
  changed();
  const end = () => {
    const index = scopes.indexOf(scope);
    if (index >= 0) scopes.splice(index, 1);
    changed();
  };
  onScopeDispose(end);
  return end;
}
