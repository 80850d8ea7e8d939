import { atom } from "nanostores";

export type Theme = "system" | "light" | "dark";

/** /theme.js reads the same key before the first paint. */
const KEY = "valetkey.theme";

export const $theme = atom<Theme>(readTheme());

function readTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Changes the theme immediately and stores it in this browser. */
export function chooseTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // If the browser forbids storage, the theme lasts until a reload.
  }
  $theme.set(theme);
}
