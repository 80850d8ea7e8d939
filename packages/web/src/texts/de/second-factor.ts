import type { secondFactorTexts as english } from "../en/second-factor.ts";

export const secondFactorTexts: typeof english = {
  title: "Anmeldung in zwei Schritten",
  hint: "Mit einer Authentifizierungs-App reicht Ihr Passwort allein niemandem zur Anmeldung.",
  on: "Eingeschaltet. Die Anmeldung fragt nach einem Code Ihrer Authentifizierungs-App.",
  codesLeft: (count: number) =>
    count === 1
      ? "Ein Wiederherstellungscode ist übrig."
      : `${count === 0 ? "Keine" : count} Wiederherstellungscodes sind übrig.`,
  setUp: "Einrichten",
  turnOff: "Ausschalten",
  turnedOff: "Die Anmeldung in zwei Schritten ist ausgeschaltet, und alle anderen Browser sind abgemeldet.",
  newCodes: "Neue Wiederherstellungscodes",
  password: "Ihr Passwort",
  passwordMissing: "Geben Sie Ihr Passwort ein.",
  wrongPassword: "Das ist nicht Ihr Passwort.",
  continue: "Weiter",
  scan: "Scannen Sie diesen Code mit Ihrer Authentifizierungs-App.",
  qrLabel: "QR-Code für Ihre Authentifizierungs-App",
  key: "Oder tippen Sie diesen Schlüssel in die App",
  code: "Code",
  codeHint: "Die sechs Ziffern, die die App jetzt zeigt.",
  codeMissing: "Geben Sie die sechs Ziffern ein, die die App zeigt.",
  wrongCode: "Dieser Code ist falsch oder abgelaufen. Geben Sie den ein, den die App jetzt zeigt.",
  turnOn: "Einschalten",
  codesTitle: "Ihre Wiederherstellungscodes",
  codesHint:
    "Mit jedem Code können Sie sich einmal anmelden, wenn Sie Ihre App nicht haben. Bewahren Sie sie dort auf, wo nur Sie sie finden. Sie werden nicht noch einmal angezeigt.",
  turnedOn: "Die Anmeldung in zwei Schritten ist eingeschaltet, und alle anderen Browser sind abgemeldet.",
  copyCodes: "Codes kopieren",
  kept: "Ich habe sie aufbewahrt",
  failedToLoad: "Ihr zweiter Faktor konnte nicht geladen werden",
};
