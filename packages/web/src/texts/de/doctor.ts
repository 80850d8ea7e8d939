import type { doctor as english } from "../en/doctor.ts";

const CORS_FIX =
  "Führen Sie oben die Prüfungen des Servers aus. Sie nennen die CORS-Einstellung, die fehlt, mit einem Text zum Einfügen.";

export const doctor: typeof english = {
  title: "Installation prüfen",
  hint: "Diese Seite prüft, ob man hoch- und herunterladen kann, und ob die Dateien sicher sind. Sie ändert nichts.",
  works: "Alles funktioniert.",
  counted: { errors: { one: "Fehler", other: "Fehler" }, warnings: { one: "Warnung", other: "Warnungen" } },
  more: "Einzelheiten",
  again: "Noch einmal prüfen",
  running: "Die Prüfung läuft. Das dauert bis zu einer Minute.",
  failed: "Die Prüfungen konnten nicht laufen",
  server: "Server",
  browser: "Dieser Browser",
  browserHint: "Uploads und Downloads gehen von diesem Browser direkt zum Bucket.",
  healthy: "Kein Fehler gefunden.",
  ranAt: (when: string) => `Geprüft um ${when}.`,
  severities: { error: "Fehler", warning: "Warnung", info: "Hinweis" },
  notChecked: "Nicht geprüft",
  reason: (subject: string, reason: string) => `${subject}: ${reason}.`,
  copyFix: (label: string) => `Kopieren: ${label}`,
  step: "Was zu tun ist",
  findings: {
    unreachable: {
      title: "Dieser Browser erreicht den Bucket nicht",
      why: "Er kann keine Dateien hochladen und anzeigen. Das Netzwerk, eine Firewall oder eine Erweiterung blockiert den Bucket.",
      fix: "Öffnen Sie diese URL in einem neuen Tab. Ein Fehler in XML ist richtig, denn der Bucket lehnt eine Anfrage ohne Signatur ab.",
    },
    cors: {
      title: "Der Bucket lehnt Anfragen von dieser Seite ab",
      why: "Der Bucket antwortet, aber seine CORS-Konfiguration erlaubt diesen Ursprung nicht.",
      fix: CORS_FIX,
    },
    refused: {
      title: "Der Bucket lehnt einen signierten Upload von diesem Browser ab",
      why: "Ein Proxy zwischen diesem Browser und dem Bucket ändert den Host-Header, den Pfad oder die Header.",
      fix: "Lassen Sie den Proxy den Host-Header, den Pfad und die Abfrage unverändert weitergeben.",
    },
    etag: {
      title: "Diese Seite kann das ETag eines Uploads nicht lesen",
      why: "Uploads großer Dateien schlagen fehl.",
      fix: CORS_FIX,
    },
    changed: {
      title: "Der Bucket liefert andere Bytes, als dieser Browser gesendet hat",
      why: "Ein Proxy oder eine Erweiterung ändert Dateien auf ihrem Weg.",
      fix: "Öffnen Sie diese Seite ohne Erweiterungen. Suchen Sie dann nach einem Proxy, der Daten komprimiert oder prüft.",
    },
    mixedContent: {
      title: "Diese Seite verwendet https, und der Bucket http",
      why: "Browser blockieren solche Anfragen als gemischte Inhalte.",
      fix: "Geben Sie dem Bucket eine https-URL, und setzen Sie S3_PUBLIC_ENDPOINT darauf.",
    },
    clock: {
      title: "Die Uhren dieses Browsers und des Dienstes gehen verschieden",
      why: "Die Seite zeigt falsche Zeiten. Signierte URLs hängen nicht von der Uhr des Browsers ab.",
      fix: "Schalten Sie in den Einstellungen dieses Geräts die automatische Uhrzeit ein, oder stellen Sie die Uhr des Servers richtig.",
    },
  },
  details: {
    origin: (origin: string) => `Der Bucket ist unter ${origin}.`,
    status: (status: number) => `Er hat mit dem Status ${status} geantwortet.`,
    seconds: (seconds: number) => `Sie unterscheiden sich um ${seconds} Sekunden.`,
  },
};
