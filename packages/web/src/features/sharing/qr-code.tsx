import { encode } from "uqr";

/** The side of a code with few modules, in CSS pixels. */
const USUAL_SIZE = 208;

/** A text as a QR code: black on white whatever the theme, as cameras read it. Nothing where the text is too long for one (2,953 bytes). */
export function QrCode({ text, label, className }: { text: string; label: string; className?: string }) {
  const code = codeOf(text);
  if (code === undefined) return null;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${code.size} ${code.size}`}
      width={code.size * pixelsFor(code.size)}
      shapeRendering="crispEdges"
      className={className}
    >
      <rect width={code.size} height={code.size} className="fill-code-ground" />
      <path d={code.path} className="fill-code-ink" />
    </svg>
  );
}

/** CSS pixels a module: a whole number, so that all are alike, and no less than a camera can tell apart. */
function pixelsFor(modules: number): number {
  return Math.max(2, Math.floor(USUAL_SIZE / modules));
}

// The standard asks for four modules of white around it.
const BORDER = 4;

function codeOf(text: string): { size: number; path: string } | undefined {
  try {
    const { size, data } = encode(text, { ecc: "L", border: BORDER });
    return { size, path: data.map(pathOfRow).join("") };
  } catch {
    return undefined;
  }
}

/** The black modules of one row, neighbours as one bar. */
function pathOfRow(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const start = x;
    while (row[x + 1]) x += 1;
    path += `M${start} ${y}h${x - start + 1}v1h-${x - start + 1}z`;
  }
  return path;
}
