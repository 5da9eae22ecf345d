// The screens of the console: whose, where, by which keys and path from there; `also` are states that keys lead to.
export const screens = [
  { name: 'board', as: 'supervisor', path: '/board', also: { urge: ['x', 'u'], help: ['?'] } },
  { name: 'wall', as: 'supervisor', path: '/wall' },
  { name: 'requests', as: 'supervisor', path: '/requests', also: { refuse: ['n'] } },
  { name: 'alarms', as: 'supervisor', path: '/alarms' },
  { name: 'tickets', as: 'supervisor', path: '/tickets' },
  { name: 'desk', as: 'dispatcher', path: '/desk' },
  { name: 'unit', as: 'clerk', path: '/unit' },
  { name: 'ticket', as: 'clerk', path: '/tickets', keys: ['Home', 'Enter'] },
  { name: 'print', as: 'clerk', path: '/tickets', keys: ['Home', 'Enter'], then: '/print' },
  { name: 'import', as: 'clerk', path: '/import' },
  { name: 'hotline', as: 'hotline', path: '/hotline' },
  { name: 'callbacks', as: 'hotline', path: '/callbacks' },
  { name: 'people', as: 'system', path: '/people' },
  { name: 'health', as: 'system', path: '/health' },
  { name: 'channels', as: 'system', path: '/channels' },
  { name: 'account', as: 'system', path: '/account' },
];
