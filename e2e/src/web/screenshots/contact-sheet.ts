export type Picture = { scene: string; screen: string; theme: string; file: string };

/** Makes an HTML page that shows all screenshots, with one row for each scene. */
export function contactSheet(pictures: readonly Picture[]): string {
  const names = [...new Set(pictures.map(({ scene }) => scene))];
  const rows = names.map((name) => {
    const cells = pictures
      .filter(({ scene }) => scene === name)
      .map(({ file, screen, theme }) => `<a href="${file}"><img src="${file}" alt="${name}, ${screen}, ${theme}"></a>`);
    return `<h2 id="${name}">${name}</h2>\n<p>${cells.join("\n")}</p>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Valet Key, every page</title>
<style>body { font: 15px system-ui; margin: 24px; background: #8883 } img { height: 420px; margin: 4px; border: 1px solid #8888; border-radius: 4px }</style>
<h1>Valet Key, every page</h1>
${rows.join("\n")}
</html>
`;
}
