import type { doctor as english } from "../en/doctor.ts";

const CORS_FIX =
  "Erlauben Sie diesen Dienst in der CORS-Konfiguration des Buckets. Hat auch der Server es gefunden, enthält sein Eintrag einen Text zum Einfügen.";

export const doctor: typeof english = {
  title: "Installation prüfen",
  hint: "Diese Seite prüft, ob man hoch- und herunterladen kann, und ob die Dateien sicher sind. Sie ändert nichts.",
  works: "Kein Problem gefunden.",
  counted: {
    errors: { one: "dringendes Problem", other: "dringende Probleme" },
    warnings: { one: "Risiko", other: "Risiken" },
  },
  more: "So beheben Sie es",
  audience: "Die Anleitungen sind für den Betreiber des Servers.",
  again: "Erneut prüfen",
  running: "Die Prüfung läuft. Das dauert bis zu einer Minute.",
  failed: "Die Prüfungen konnten nicht laufen",
  found: "Was die Prüfung gefunden hat",
  ranAt: (when: string) => `Geprüft um ${when}.`,
  severities: { error: "Dringend", warning: "Risiko", info: "Gut zu wissen" },
  notChecked: { one: "Punkt wurde nicht geprüft", other: "Punkte wurden nicht geprüft" },
  reason: (subject: string, reason: string) => `${subject}: ${reason}.`,
  copyFix: (label: string) => `Kopieren: ${label}`,
  run: (label: string) => `Führen Sie dies aus (${label})`,
  paste: (label: string) => `Fügen Sie dies ein (${label})`,
  addressBar: "Adresszeile eines neuen Tabs",
  why: "Warum",
  findings: {
    unreachable: {
      title: "Dieser Browser kann keine Dateien öffnen: Er erreicht den Bucket nicht",
      why: "Das Netzwerk, eine Firewall oder eine Erweiterung blockiert den Bucket.",
      fix: "Öffnen Sie die URL des Buckets. Ein Fehler in XML ist richtig, denn der Bucket lehnt eine Anfrage ohne Signatur ab.",
    },
    cors: {
      title: "Dieser Browser kann keine Dateien öffnen: Der Bucket lehnt Anfragen von dieser Seite ab",
      why: "Der Bucket antwortet, aber seine CORS-Konfiguration erlaubt diesen Ursprung nicht.",
      fix: CORS_FIX,
    },
    refused: {
      title: "Uploads von diesem Browser scheitern: Der Bucket lehnt einen signierten Upload ab",
      why: "Ein Proxy zwischen diesem Browser und dem Bucket ändert den Host-Header, den Pfad oder die Header.",
      fix: "Lassen Sie den Proxy den Host-Header, den Pfad und die Abfrage unverändert weitergeben.",
    },
    etag: {
      title: "Große Uploads scheitern: Diese Seite kann das ETag eines Uploads nicht lesen",
      why: "Die App vergleicht das ETag jedes Teils mit dem, was sie gesendet hat.",
      fix: CORS_FIX,
    },
    changed: {
      title: "Downloads sind beschädigt: Der Bucket liefert andere Bytes, als dieser Browser gesendet hat",
      why: "Ein Proxy oder eine Erweiterung ändert Dateien auf ihrem Weg.",
      fix: "Öffnen Sie diese Seite ohne Erweiterungen. Suchen Sie dann nach einem Proxy, der Daten komprimiert oder prüft.",
    },
    mixedContent: {
      title: "Dieser Browser kann keine Dateien öffnen: Diese Seite verwendet https, und der Bucket http",
      why: "Browser blockieren solche Anfragen als gemischte Inhalte.",
      fix: "Geben Sie dem Bucket eine https-URL, und setzen Sie S3_PUBLIC_ENDPOINT darauf.",
    },
    clock: {
      title: "Zeiten auf den Seiten sind falsch: Die Uhren dieses Browsers und des Dienstes gehen verschieden",
      why: "Signierte URLs hängen nicht von der Uhr des Browsers ab.",
      fix: "Schalten Sie in den Einstellungen dieses Geräts die automatische Uhrzeit ein, oder stellen Sie die Uhr des Servers richtig.",
    },
  },
  details: {
    origin: (origin: string) => `Der Bucket ist unter ${origin}.`,
    status: (status: number) => `Der Bucket hat mit dem Status ${status} geantwortet.`,
    seconds: (seconds: number) => `Die Uhren unterscheiden sich um ${seconds} Sekunden.`,
  },
};
