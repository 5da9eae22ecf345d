// All screens: where, for whom, by which name. A screen is loaded when it is first shown. `roles` is what
// the navigation offers; what a person may really see is decided by the services.
const BUSINESS = ['dispatcher', 'clerk', 'leader', 'supervisor', 'hotline', 'auditor'];

export const screens = [
  {
    name: 'board',
    path: '/board',
    icon: 'board',
    roles: ['supervisor', 'leader', 'dispatcher', 'auditor'],
    load: () => import('./Board.vue'),
  },
  {
    name: 'wall',
    path: '/wall',
    icon: 'wall',
    roles: ['supervisor', 'leader', 'auditor'],
    bare: true,
    load: () => import('./Wall.vue'),
  },
  {
    name: 'desk',
    path: '/desk',
    icon: 'desk',
    roles: ['dispatcher', 'supervisor', 'auditor'],
    load: () => import('./Desk.vue'),
  },
  { name: 'unit', path: '/unit', icon: 'unit', roles: ['clerk', 'leader'], load: () => import('./Unit.vue') },
  {
    name: 'hotline',
    path: '/hotline',
    icon: 'hotline',
    roles: ['hotline', 'dispatcher'],
    load: () => import('./Hotline.vue'),
  },
  {
    name: 'callbacks',
    path: '/callbacks',
    icon: 'callbacks',
    roles: ['hotline'],
    load: () => import('./Callbacks.vue'),
  },
  {
    name: 'requests',
    path: '/requests',
    icon: 'requests',
    roles: ['supervisor', 'leader'],
    load: () => import('./Requests.vue'),
  },
  {
    name: 'alarms',
    path: '/alarms',
    icon: 'alarms',
    roles: ['supervisor', 'leader', 'clerk', 'auditor', 'system'],
    load: () => import('./Alarms.vue'),
  },
  { name: 'tickets', path: '/tickets', icon: 'tickets', roles: BUSINESS, load: () => import('./Tickets.vue') },
  { name: 'search', path: '/search', icon: 'search', roles: BUSINESS, load: () => import('./Search.vue') },
  {
    name: 'ticket',
    path: '/tickets/:number',
    roles: BUSINESS,
    hidden: true,
    within: 'tickets',
    load: () => import('./Ticket.vue'),
  },
  {
    name: 'print',
    path: '/tickets/:number/print',
    roles: BUSINESS,
    hidden: true,
    bare: true,
    load: () => import('./Print.vue'),
  },
  {
    name: 'import',
    path: '/import',
    roles: ['hotline', 'dispatcher', 'clerk'],
    hidden: true,
    load: () => import('./Import.vue'),
  },
  {
    name: 'triage',
    path: '/triage',
    icon: 'triage',
    roles: ['supervisor', 'dispatcher', 'auditor'],
    load: () => import('./Triage.vue'),
  },
  {
    name: 'rates',
    path: '/rates',
    icon: 'rates',
    roles: ['supervisor', 'leader', 'dispatcher', 'clerk', 'auditor', 'system'],
    load: () => import('./Rates.vue'),
  },
  {
    name: 'bulletins',
    path: '/bulletins',
    icon: 'bulletins',
    roles: ['dispatcher', 'supervisor', 'auditor'],
    load: () => import('./Bulletins.vue'),
  },
  {
    name: 'people',
    path: '/people',
    icon: 'people',
    roles: ['system', 'security', 'auditor'],
    load: () => import('./People.vue'),
  },
  {
    name: 'health',
    path: '/health',
    icon: 'health',
    roles: ['system', 'auditor', 'supervisor'],
    load: () => import('./Health.vue'),
  },
  {
    name: 'channels',
    path: '/channels',
    icon: 'channels',
    roles: ['system', 'auditor', 'supervisor'],
    load: () => import('./Channels.vue'),
  },
  { name: 'account', path: '/account', roles: [], hidden: true, load: () => import('./Account.vue') },
];

// Where somebody begins: the first that one of the roles has.
const HOMES = [
  ['supervisor', '/board'],
  ['dispatcher', '/desk'],
  ['hotline', '/hotline'],
  ['leader', '/unit'],
  ['clerk', '/unit'],
  ['auditor', '/board'],
  ['system', '/health'],
  ['security', '/people'],
];

/** is: session's is(). */
export function homeOf(is) {
  return HOMES.find(([role]) => is(role))?.[1] ?? '/account';
}
export function mayOpen(screen, is) {
  return screen.roles.length === 0 || is(...screen.roles);
}

const HOME = 'paidan.home';
export function rememberHome(path) {
  localStorage.setItem(HOME, path);
}
/** Fetches the screen that the address names, or else the one last called home, while the rest is still asked for. */
export function guessScreen() {
  const path = location.hash.replace(/^#\/?/, '/').split('?')[0];
  const wanted = path === '/' ? localStorage.getItem(HOME) : path;
  const named =
    screens.find((each) => each.path === wanted) ??
    screens.find((each) => each.path.includes('/:') && wanted?.startsWith(each.path.split(':')[0]));
  named?.load().catch(() => {});
}
