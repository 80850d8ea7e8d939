import type { rejections as english, kinds as englishKinds } from "../en/rejections.ts";

/** Each name has its article in the nominative case. */
export const kinds: typeof englishKinds = {
  audio: "eine Tondatei",
  image: "ein Bild",
  text: "ein Text",
  video: "ein Film",
  "application/gzip": "ein gzip-Archiv",
  "application/pdf": "ein PDF",
  "application/vnd.android.package-archive": "eine Android-App",
  "application/vnd.oasis.opendocument.presentation": "eine OpenDocument-Präsentation",
  "application/vnd.oasis.opendocument.spreadsheet": "eine OpenDocument-Tabelle",
  "application/vnd.oasis.opendocument.text": "ein OpenDocument-Text",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "eine PowerPoint-Präsentation",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "eine Excel-Tabelle",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "ein Word-Dokument",
  "application/x-7z-compressed": "ein 7z-Archiv",
  "application/x-deb": "ein Debian-Paket",
  "application/x-elf": "ein Linux-Programm",
  "application/x-mach-binary": "ein macOS-Programm",
  "application/x-ms-shortcut": "eine Windows-Verknüpfung",
  "application/x-msdownload": "ein Windows-Programm",
  "application/x-msi": "ein Windows-Installationsprogramm",
  "application/x-rpm": "ein RPM-Paket",
  "application/zip": "ein ZIP-Archiv",
  "audio/aac": "eine AAC-Datei",
  "audio/flac": "eine FLAC-Datei",
  "audio/mpeg": "eine MP3-Datei",
  "audio/ogg": "eine Ogg-Datei",
  "audio/wav": "eine WAV-Datei",
  "image/bmp": "ein BMP-Bild",
  "image/gif": "ein GIF-Bild",
  "image/jpeg": "ein JPEG-Bild",
  "image/png": "ein PNG-Bild",
  "image/svg+xml": "eine Zeichnung (SVG)",
  "image/webp": "ein WebP-Bild",
  "text/html": "eine Webseite",
  "video/mp4": "eine MP4- oder QuickTime-Datei",
  "video/vnd.avi": "ein AVI-Film",
  "video/webm": "eine WebM- oder Matroska-Datei",
};

/** Negates a name: "ein Bild" becomes "kein Bild". */
const no = (kind: string) => (kind.startsWith("ein") ? `k${kind}` : `nicht ${kind}`);

export const rejections: typeof english = {
  isNot: (kind) => `Nicht angenommen: Das ist ${no(kind)}, obwohl sich die Datei so nennt.`,
  isOther: (kind, expected) => `Nicht angenommen: Das ist ${kind}, ${no(expected)}.`,
  other: (type) => `eine andere Art von Datei (${type})`,
  claimed: "das, was der Name sagt",
  infected: (virus) => `Der Virenscanner hat darin einen Virus gefunden (${virus}).`,
  name_mismatch:
    "Die Endung des Namens passt nicht zum Inhalt. Prüfen Sie den Namen, und wählen Sie die Datei noch einmal.",
  kind_not_accepted: "Diese Art von Datei ist nicht angefragt.",
  too_large_to_scan: "Sie ist zu groß für den Virenscanner.",
  not_as_declared: "Sie ist verändert angekommen. Wählen Sie sie noch einmal.",
  changed: "Sie wurde während der Prüfung verändert. Wählen Sie sie noch einmal.",
  access_ended: "Die Person, die sie gesendet hat, hat keinen Zugriff mehr auf die Notiz.",
  request_ended: "Die Dateianfrage endete, bevor die Datei ankam.",
  declined: "Die Person, die um die Datei gebeten hat, hat sie nicht angenommen.",
};
