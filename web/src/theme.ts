/* theme.ts - runs before anything is painted: theme and language as they were chosen, so that the
 * page does not flash. Its own file, because the policy forbids scripts inside the page. */
import { firstLang } from './lang.ts';
import { remembered } from './remember.ts';

const theme = remembered('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
document.documentElement.lang = firstLang(remembered('lang'), navigator.languages);
