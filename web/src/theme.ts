/* theme.ts - runs before anything is painted: theme and language as they were chosen, so that the
 * page does not flash. Its own file, because the policy forbids scripts inside the page. */
import { firstLang } from './lang.ts';
import { paint } from './palette.ts';
import { remembered } from './remember.ts';

paint(remembered('theme'));
document.documentElement.lang = firstLang(remembered('lang'), navigator.languages);
