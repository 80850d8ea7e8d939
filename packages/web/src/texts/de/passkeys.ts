import type { passkeyTexts as english } from "../en/passkeys.ts";

export const passkeyTexts: typeof english = {
  title: "Passkeys",
  hint: "Melden Sie sich mit Fingerabdruck, Gesicht oder der PIN Ihres Geräts an. Ein Passkey ersetzt das Passwort und den Code.",
  none: "Noch keine Passkeys.",
  add: "Passkey hinzufügen",
  create: "Passkey erstellen",
  name: "Name",
  namePlaceholder: "Laptop",
  nameMissing: "Schreiben Sie, wo der Passkey ist, damit Sie ihn später wiedererkennen.",
  codeHint: "Die sechs Ziffern, die Ihre Authenticator-App jetzt zeigt, oder ein Wiederherstellungscode.",
  added: (name: string) => `„${name}“ ist hinzugefügt. Sie können sich damit anmelden.`,
  created: (when: string) => `hinzugefügt ${when}`,
  used: (when: string) => `zuletzt benutzt ${when}`,
  neverUsed: "noch nicht benutzt",
  rename: "Umbenennen",
  renameOf: (name: string) => `${name} umbenennen`,
  save: "Speichern",
  saving: "Wird gespeichert …",
  remove: "Entfernen",
  removeOf: (name: string) => `${name} entfernen`,
  removeQuestion: "Niemand kann sich mehr damit anmelden, und alle anderen Browser werden abgemeldet.",
  removed: (name: string) => `„${name}“ ist entfernt.`,
  cancelled:
    "Der Browser hat keinen Passkey erstellt. Es wurde abgebrochen, hat zu lange gedauert, oder dieses Gerät hat schon einen.",
  failedToLoad: "Ihre Passkeys konnten nicht geladen werden",
};
