/* askbox.tsx - the box: a value, lines, or a text with values in it; says which of them it takes it
 * for before anything is sent. */
import { useEffect, useRef } from 'preact/hooks';
import { number, t } from './i18n.ts';
import { lines, VALUES_MAX } from './question.ts';
import { askTyped, effectiveMode, mode, run, typed } from './state.ts';

const ROWS_MAX = 12;

function taken(): string {
    if (!typed.value.trim()) return t('ask.hint');
    if (effectiveMode.value === 'text') return t('ask.as-text');
    const n = lines(typed.value).length;
    return n > VALUES_MAX ? t('ask.too-many') : t('ask.as-values', { n });
}

function ModeChoice() {
    return (
        <fieldset class="mode">
            <legend class="offscreen">{t('ask.mode')}</legend>
            {(['auto', 'values', 'text'] as const).map((m) => (
                <label key={m}>
                    <input
                        type="radio"
                        name="mode"
                        value={m}
                        checked={mode.value === m}
                        onChange={() => {
                            mode.value = m;
                        }}
                    />{' '}
                    {t(`ask.mode.${m}`)}
                </label>
            ))}
        </fieldset>
    );
}

export function AskBox() {
    const area = useRef<HTMLTextAreaElement>(null);
    const many = typed.value.includes('\n') || typed.value.length > 200;
    const rows = Math.min(typed.value.split('\n').length, ROWS_MAX);
    useEffect(() => {
        if (!run.value) area.current?.focus();
    }, []);
    const onKey = (e: KeyboardEvent) => {
        const send =
            e.key === 'Enter' &&
            !e.isComposing &&
            !e.shiftKey &&
            (!typed.value.includes('\n') || e.ctrlKey || e.metaKey);
        if (send) {
            e.preventDefault();
            askTyped();
        }
    };
    return (
        <form
            class={'askbox' + (run.value ? ' asked' : '')}
            role="search"
            onSubmit={(e) => {
                e.preventDefault();
                askTyped();
            }}
        >
            <label for="ask" class="offscreen">
                {t('ask.label')}
            </label>
            <textarea
                id="ask"
                ref={area}
                rows={many ? Math.max(rows, 4) : 1}
                value={typed.value}
                placeholder={t('ask.placeholder')}
                spellcheck={false}
                autocomplete="off"
                autocapitalize="none"
                dir="auto"
                aria-describedby="ask-taken"
                aria-keyshortcuts="/"
                onInput={(e) => {
                    typed.value = (e.currentTarget as HTMLTextAreaElement).value;
                }}
                onKeyDown={onKey}
            />
            <button type="submit" class="primary" disabled={!typed.value.trim()}>
                {t('ask.button')}
            </button>
            <div class="under">
                <span id="ask-taken" class="muted" aria-live="polite">
                    {taken()}
                </span>
                {typed.value.trim() !== '' && <ModeChoice />}
                {typed.value.length > 2000 && (
                    <span class="muted number">{t('ask.size', { n: number(typed.value.length) })}</span>
                )}
            </div>
        </form>
    );
}
