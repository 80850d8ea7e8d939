import type { terminalTexts as english } from "../en/terminal.ts";

export const terminalTexts: typeof english = {
  title: "Einem Terminal Zugriff geben",
  hint: "Geben Sie den Code ein, den Ihr eigenes Terminal zeigt. Geben Sie nie einen Code ein, den Sie von jemandem bekommen haben: Diese Person hätte dann Zugriff auf Ihr Konto.",
  code: "Code",
  codeHint: "8 Buchstaben. Er gilt 10 Minuten.",
  codeMissing: "Geben Sie den Code ein, den das Terminal zeigt.",
  next: "Weiter",
  ask: "Diesem Terminal Zugriff geben?",
  address: "IP-Adresse",
  asked: "Angefragt",
  account: "Ihr Konto",
  onlyIf: "Geben Sie nur Zugriff, wenn Sie das gerade selbst gestartet haben. Der Name oben kann falsch sein.",
  rights: (until: string) =>
    `Bis ${until} kann das Terminal hier alles tun, was Sie tun können, außer Ihre Anmeldung zu ändern.`,
  confirm: "Zugriff geben",
  refuse: "Ablehnen",
  done: {
    confirm: {
      title: "Ihr Terminal hat Zugriff",
      hint: "Gehen Sie zurück zu Ihrem Terminal. Sie können den Zugriff jederzeit in den Einstellungen beenden.",
    },
    refuse: { title: "Abgelehnt", hint: "Das Terminal bekommt keinen Zugriff." },
  },
  tokens: "Ihre API-Tokens öffnen",
};
