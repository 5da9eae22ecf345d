// Light, dark, or as the system has it. A screen may insist (the wall is always dark).
import { shallowRef, watchEffect } from 'vue';

const KEEP = 'paidan.theme';
export const THEMES = ['auto', 'light', 'dark'];
const kept = localStorage.getItem(KEEP);
export const theme = shallowRef(THEMES.includes(kept) ? kept : 'auto');
/** Set by a screen while it is shown; '' else. */
export const insisted = shallowRef('');

export function nextTheme() {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
  localStorage.setItem(KEEP, theme.value);
}
const system = matchMedia('(prefers-color-scheme: dark)');
const dark = shallowRef(system.matches);
system.addEventListener('change', () => {
  dark.value = system.matches;
});
watchEffect(() => {
  const wanted = insisted.value || theme.value;
  document.documentElement.dataset.theme = wanted === 'auto' ? (dark.value ? 'dark' : 'light') : wanted;
});
