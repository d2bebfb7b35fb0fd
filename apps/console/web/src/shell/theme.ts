/** Which colours: as the system has them, or always the same. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'console-theme';

/** What was chosen before, in this browser. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system'; // a browser that keeps nothing
  }
}

/** Shows the page in a theme, and remembers it. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // then it is for this visit only
  }
}

/** Calls back whenever the colours of the page may have changed. @returns a function that ends it */
export function onThemeChange(changed: () => void): () => void {
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    media.removeEventListener('change', changed);
    observer.disconnect();
  };
}
