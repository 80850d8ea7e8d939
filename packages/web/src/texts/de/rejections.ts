import type { rejections as english } from "../en/rejections.ts";

const notA = {
  picture: "kein Bild",
  film: "kein Film",
  sound: "keine Tondatei",
  pdf: "kein PDF",
  text: "kein Text",
};

/** The kinds of files, as the service names them (uploads/content/file-kinds.ts). The articles are in the nominative case. */
const KINDS: Readonly<Record<string, string>> = {
  "a 7z archive": "ein 7z-Archiv",
  "a BMP image": "ein BMP-Bild",
  "a Debian package": "ein Debian-Paket",
  "a FLAC file": "eine FLAC-Datei",
  "a GIF image": "ein GIF-Bild",
  "a JPEG image": "ein JPEG-Bild",
  "a Linux program": "ein Linux-Programm",
  "a PDF": "ein PDF",
  "a PNG image": "ein PNG-Bild",
  "a WAV file": "eine WAV-Datei",
  "a WebM or Matroska file": "eine WebM- oder Matroska-Datei",
  "a WebP image": "ein WebP-Bild",
  "a Windows installer": "ein Windows-Installationsprogramm",
  "a Windows program": "ein Windows-Programm",
  "a Windows shortcut": "eine Windows-Verknüpfung",
  "a gzip archive": "ein gzip-Archiv",
  "a macOS program": "ein macOS-Programm",
  "a zip archive": "ein ZIP-Archiv",
  "an AAC file": "eine AAC-Datei",
  "an AVI film": "ein AVI-Film",
  "an Android app": "eine Android-App",
  "an MP3 file": "eine MP3-Datei",
  "an MP4 or QuickTime file": "eine MP4- oder QuickTime-Datei",
  "an Ogg file": "eine Ogg-Datei",
  "an RPM package": "ein RPM-Paket",
  "an office document": "ein Office-Dokument",
  HTML: "eine Webseite",
  SVG: "eine Zeichnung (SVG)",
};

export const rejections: typeof english = {
  contradiction({ actual, said, promised }) {
    if (actual.startsWith("not ")) {
      const kind = KINDS[actual.slice("not ".length)] ?? actual;
      return `Nicht angenommen: Das ist ${kind.startsWith("ein") ? `k${kind}` : `nicht ${kind}`}, obwohl sich die Datei so nennt.`;
    }
    const what = KINDS[actual] ?? `eine andere Art von Datei (${actual})`;
    return promised === undefined
      ? `Nicht angenommen: Das ist ${what}, nicht das, was der Name sagt (${said}).`
      : `Nicht angenommen: Das ist ${what}, ${notA[promised]}.`;
  },
  nameAndType:
    "Die Endung des Namens passt nicht zum Inhalt. Prüfen Sie den Namen, und wählen Sie die Datei noch einmal.",
  kind: "Diese Art von Datei ist nicht angefragt.",
  infected: (virus) => `Der Virenscanner hat darin einen Virus gefunden (${virus}).`,
  tooLargeToScan: "Sie ist zu groß für den Virenscanner.",
  changed: "Sie ist verändert angekommen. Wählen Sie sie noch einmal.",
  byPerson: "Die Person, die um die Datei gebeten hat, hat sie nicht angenommen.",
};
