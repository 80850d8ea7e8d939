import type * as english from "../en/preview.ts";

/** The texts that the app and the landing page of links share. */
export const viewerTexts: typeof english.viewerTexts = {
  previous: "Vorige Datei",
  next: "Nächste Datei",
  position: (number: number, count: number) => `Datei ${number} von ${count}`,
  ownSize: "Originalgröße",
  fit: "Einpassen",
  originalLoading: "Original wird geladen …",
  originalFailed: "Das Original konnte nicht geladen werden. Dies ist eine kleinere Fassung.",
  empty: "Diese Datei ist leer.",
  page: (number: number, count: number) => `Seite ${number} von ${count}`,
};

export const previewTexts: typeof english.previewTexts = {
  ...viewerTexts,
  files: "Dateien",
  download: "Herunterladen",
  showing: (filename: string, number: number, count: number) => `${filename}, Datei ${number} von ${count}`,
  cut: "Nur die ersten 256 KB werden angezeigt.",
  cutTable: ({ rows, columns }) => {
    const parts = [
      ...(rows === undefined ? [] : [`${rows} Zeilen`]),
      ...(columns === undefined ? [] : [`${columns} Spalten`]),
    ];
    return `Nur die ersten ${parts.join(" und ")} werden angezeigt.`;
  },
  plain: "Als einfachen Text anzeigen",
  formatted: "Formatiert anzeigen",
  zoom: "Zoom",
  zoomIn: "Vergrößern",
  zoomOut: "Verkleinern",
  fitWidth: "An die Breite anpassen",
  percent: (factor: number) => `${Math.round(factor * 100)} %`,
  noPreview: {
    title: "Für diese Art von Datei gibt es keine Vorschau",
    hint: "Laden Sie sie herunter, um sie in einem anderen Programm zu öffnen.",
  },
  unshowable: {
    title: "Diese Datei kann hier nicht angezeigt werden",
    hint: "Vielleicht ist sie beschädigt, oder dieser Browser kennt ihre Art nicht. Laden Sie sie herunter, um sie in einem anderen Programm zu öffnen.",
  },
  locked: {
    title: "Diese Datei ist mit einem Passwort geschützt",
    hint: "Laden Sie sie herunter, und öffnen Sie sie in einem anderen Programm. Es fragt nach dem Passwort.",
  },
  noAccess: {
    title: "Sie haben keinen Zugriff mehr auf diese Datei.",
    hint: "Wenn Sie sie noch brauchen, fragen Sie, wem die Notiz gehört.",
  },
  gone: {
    title: "Diese Datei gibt es nicht mehr.",
    hint: "Sie wurde gelöscht oder ist nicht mehr für Sie freigegeben.",
  },
  notLoaded: "Die Datei konnte nicht geladen werden",
};
