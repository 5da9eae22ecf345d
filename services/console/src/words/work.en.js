// English for desk, unit, hotline, callbacks, people, health, account. The same keys as work.zh.js.
export default {
  'notes.work.contact': 'Called the resident, agreed on a visit|Nobody answered, sent a message|Spoke to the resident in person',
  'notes.work.progress': 'Looked at it on site|Repair arranged, waiting for parts|Spoke to those responsible, a term was set',
  'notes.work.resolve': 'Done on site, the resident agrees|Repaired and tested|Cleaned up, patrols are more frequent|The rules were explained, the resident understands',
  'notes.work.return': 'Not our responsibility, suggest:|The place is outside our area|A duplicate: another unit handles it',
  'notes.work.raise': 'Beyond our authority: needs the level above|Several departments are concerned: needs the level above',
  'notes.work.extend': 'Waiting for parts|The works need an approval|The resident is away, agreed on a later date',
};
