// Roles as people read them: "承办人 · 城管执法队". Which scope a role needs is the services' rule; here it
// only says which field a form shows.
import { areaName, channelName, levelName, unitName } from './site.js';
import { word } from './words.js';

/** role → the fields of its scope; the first must be filled. */
export const SCOPES = { dispatcher: ['area'], clerk: ['unit'], leader: ['unit', 'level'], supervisor: ['unit'], hotline: ['channel'], auditor: [], system: [], security: [] };
export const OPTIONAL = new Set(['area', 'level']);
export const ADMINISTRATORS = new Set(['auditor', 'system', 'security']);

export function roleWords(role) {
  const scope = [role.unit && unitName(role.unit), role.area && areaName(role.area), role.channel && channelName(role.channel), role.level && levelName(role.level)].filter(Boolean);
  return [word('role', role.role), ...scope].join(' · ');
}
/** As a wish names it. */
export const roleOf = ({ role, unit, area, channel, level }) => Object.fromEntries(Object.entries({ role, unit, area, channel, level }).filter(([, value]) => value));
