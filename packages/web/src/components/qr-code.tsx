import { encode } from "uqr";

/** The width of a small QR code in CSS pixels. */
const USUAL_SIZE = 208;

/**
 * Shows a text as a QR code, black on white in both themes. Shows nothing if the text has more than 2,953 bytes, the limit of a QR code.
 */
export function QrCode({ text, label, className }: { text: string; label: string; className?: string }) {
  const code = codeOf(text);
  if (code === undefined) return null;
  // Each module (a small square of the code) is a whole number of pixels wide. All modules are then equal, and a camera can read the code.
  const pixelsPerModule = Math.max(2, Math.floor(USUAL_SIZE / code.size));
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${code.size} ${code.size}`}
      width={code.size * pixelsPerModule}
      shapeRendering="crispEdges"
      className={className}
    >
      <rect width={code.size} height={code.size} className="fill-code-ground" />
      <path d={code.path} className="fill-code-ink" />
    </svg>
  );
}

/** The width of the quiet zone (the white border) in modules. ISO/IEC 18004 requires 4 modules. */
const BORDER = 4;

function codeOf(text: string): { size: number; path: string } | undefined {
  try {
    const { size, data } = encode(text, { ecc: "L", border: BORDER });
    return { size, path: data.map(pathOfRow).join("") };
  } catch {
    return undefined;
  }
}

/** Draws the black modules of one row. Black modules side by side form one bar. */
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
