import { brandName } from "../brand-name.ts";
import type { invitationTexts as english } from "../en/invitations.ts";

export const invitationTexts: typeof english = {
  waiting: (until: string) => `Eingeladen. Muss bis ${until} annehmen.`,
  expired: "Eingeladen, noch nicht hier. Die Einladung ist abgelaufen.",
  message: {
    title: "Eine Nachricht zum Senden",
    unknown: (count: number) =>
      count === 1
        ? "Die Person weiß noch nichts davon. Kopieren Sie diese Nachricht, und senden Sie sie selbst."
        : "Die Personen wissen noch nichts davon. Kopieren Sie die Nachricht für jede, und senden Sie sie selbst.",
    mailed: "Sie können diese Nachrichten auch selbst senden.",
    copy: "Nachricht kopieren",
    copyOf: (email: string) => `Nachricht kopieren für ${email}`,
    copyInvitation: "Einladung kopieren",
    copyInvitationOf: (email: string) => `Einladung kopieren für ${email}`,
    plain: (what: string, url: string) => `„${what}“ ist für Sie freigegeben:\n${url}`,
    personal: (what: string, url: string, until: string) =>
      `„${what}“ ist für Sie freigegeben:\n${url}\nDer Link ist nur für Sie und bis ${until} gültig.`,
    files: (lines: readonly string[]) =>
      `Diese Dateien sind für Sie freigegeben:\n${lines.join("\n")}\nDie Links sind nur für Sie.`,
  },
  renew: "Einladung ersetzen",
  renewOf: (email: string) => `Einladung ersetzen für ${email}`,
  renewing: "Eine ersetzte Einladung kann niemand mehr benutzen.",
  renewed: "Der alte Link funktioniert nicht mehr.",
  mailed: (emails) =>
    emails.length > 3
      ? `${emails.length} Einladungen sind per E-Mail unterwegs.`
      : `Die Einladung an ${emails.join(", ")} ist unterwegs.`,
  page: {
    title: "Eine Einladung",
    shares: (who: string, what: string) => `${who} teilt „${what}“ mit Ihnen`,
    invites: (who: string | null, host: string) =>
      who === null
        ? `Sie sind zu ${brandName} auf ${host} eingeladen`
        : `${who} lädt Sie zu ${brandName} auf ${host} ein`,
    signUp: "Erstellen Sie ein Konto, um es zu öffnen.",
    signUpToService: "Erstellen Sie Ihr Konto. Dann können Sie Dateien aufbewahren und teilen.",
    hasAccount: "Sie brauchen kein anderes Konto.",
    closed: (who: string | null) =>
      `Wenn Sie ein Konto haben, melden Sie sich an. Wenn nicht, bitten Sie ${who === null ? "die Person, die Sie eingeladen hat," : `${who} oder die Administration`} um eines. Öffnen Sie dann diesen Link noch einmal.`,
    own: "Das ist Ihre eigene Einladung",
    ownHint: ({ invited, what }: { invited: string; what: string }) =>
      `Sie öffnet „${what}“ für ${invited}. Geben Sie den Link dieser Person. Sie haben schon Zugriff.`,
    copy: "Link kopieren",
    signedIn: (email: string) => `Sie sind als ${email} angemeldet.`,
    sharesWith: (who: string, { what, invited }: { what: string; invited: string }) =>
      `${who} teilt „${what}“ mit ${invited}`,
    hasAccess: (what: string) => `Sie haben schon Zugriff auf „${what}“`,
    signedInAs: "Sie sind angemeldet als",
    now: "Jetzt",
    ifAccepted: "Wenn Sie annehmen",
    gives: "Mit dieser Einladung",
    access: (access: "viewer" | "editor" | "file", until: string | undefined) => {
      const object = access === "file" ? "die Datei" : "die Notiz";
      const action = { viewer: "ansehen", editor: "bearbeiten", file: "öffnen" }[access];
      return `Sie können ${object}${until === undefined ? ` ${action}, ohne Enddatum` : ` bis ${until} ${action}`}.`;
    },
    endsEarlier: "Danach können Sie die Notiz nicht mehr öffnen.",
    usesUp: (invited: string) => `${invited} kann diese Einladung nicht mehr benutzen.`,
    staysOpen: (invited: string) =>
      `Sie brauchen diese Einladung nicht. Sie ist für ${invited} und gilt dort weiterhin.`,
    open: { note: "Notiz öffnen", file: "Datei öffnen" },
    accept: "Mit diesem Konto annehmen",
    acceptUntil: (until: string) => `Annehmen und bis ${until} bearbeiten`,
    leaveFor: (invited: string) => `Für ${invited} offen lassen`,
    keep: (until: string | null) => `Weiterhin ${until === null ? "ansehen, ohne Enddatum" : `bis ${until} ansehen`}`,
    opening: "Wird geöffnet …",
    otherAccount: "Anderes Konto verwenden",
    home: "Zu Ihren Notizen",
    signIn: "Anmelden",
    failed: "Die Einladung konnte nicht geladen werden",
  },
  usedHint:
    "Ein anderes Konto hat sie benutzt, oder ihr Zugriff ist zu Ende. Wenn das andere Konto Ihres ist, verwenden Sie es. Sonst bitten Sie die Person, die sie gesendet hat, um eine neue Einladung.",
  closed: {
    invitation_not_found: {
      title: "Diese Einladung funktioniert nicht",
      hint: "Sie wurde widerrufen, durch einen neueren Link ersetzt oder nicht ganz kopiert. Bitten Sie die Person, die sie gesendet hat, um eine neue.",
    },
    invitation_used: {
      title: "Diese Einladung wurde schon benutzt",
      hint: "Wenn Sie das waren, melden Sie sich mit dem Konto an, das Sie benutzt haben. Sonst bitten Sie die Person, die sie gesendet hat, um eine neue Einladung.",
    },
    invitation_expired: {
      title: "Diese Einladung ist abgelaufen",
      hint: "Bitten Sie die Person, die sie gesendet hat, um eine neue.",
    },
  },
  ask: {
    action: "Um Zugriff bitten",
    asked: {
      title: "Sie haben um Zugriff gebeten",
      hint: "Wenn es die Notiz gibt, sieht die Person, der sie gehört, Ihre Anfrage. Die Notiz öffnet sich hier, wenn sie zustimmt.",
    },
  },
  requests: {
    title: "Zugriffsanfragen",
    asks: (name: string) => `${name} bittet um Zugriff`,
    unproven: "E-Mail-Adresse nicht bestätigt",
    allow: { viewer: "Ansehen erlauben", editor: "Bearbeiten erlauben" },
    allowOf: {
      viewer: (name: string) => `Ansehen erlauben: ${name}`,
      editor: (name: string) => `Bearbeiten erlauben: ${name}`,
    },
    dismiss: "Ablehnen",
    dismissOf: (name: string) => `Die Anfrage von ${name} ablehnen`,
    failed: "Die Zugriffsanfragen konnten nicht geladen werden",
  },
};
