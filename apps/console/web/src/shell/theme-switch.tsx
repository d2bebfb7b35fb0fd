import { useState } from 'react';
import { Icon } from '../ui/icon.js';
import { applyTheme, storedTheme, type Theme } from './theme.js';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const NAMES: Record<Theme, string> = { system: 'as in the system', light: 'light', dark: 'dark' };
const ICONS = { system: 'system', light: 'sun', dark: 'moon' } as const;

/** A button that switches to the next theme. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme);
  const label = `Colours: ${NAMES[theme]}. Switch to ${NAMES[NEXT[theme]]}`;
  return (
    <button
      type="button"
      className="button button-plain button-icon"
      aria-label={label}
      title={label}
      onClick={() => {
        applyTheme(NEXT[theme]);
        setTheme(NEXT[theme]);
      }}
    >
      <Icon name={ICONS[theme]} />
    </button>
  );
}
