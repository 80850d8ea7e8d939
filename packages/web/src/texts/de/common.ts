import type { common as english } from "../en/common.ts";

export const common: typeof english = {
  tryAgain: "Noch einmal versuchen",
  undo: "Rückgängig",
  close: "Schließen",
  cancel: "Abbrechen",
  save: "Speichern",
  copy: "Kopieren",
  copied: "Kopiert",
  notCopied: "Bitte markieren und selbst kopieren",
  more: "Mehr",
  loading: "Wird geladen …",
  showMore: "Mehr anzeigen",
  you: "Sie",
  someone: "Jemand",
  notifications: "Mitteilungen",
  dismiss: "Ausblenden",
  separator: " · ",
  showPassword: "Passwort anzeigen",
  hidePassword: "Passwort verbergen",
};
