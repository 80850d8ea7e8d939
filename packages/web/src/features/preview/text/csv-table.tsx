import { useMemo } from "react";
import { previewTexts } from "../../../texts/en/preview.ts";
import { parseCsv } from "./parse-csv.ts";

const MAX_ROWS = 500;
const MAX_COLUMNS = 50;

/** Shows comma-separated values as a table. The first row contains the names of the columns. Cells are plain text. */
export function CsvTable({ text }: { text: string }) {
  const { rows, isCut } = useMemo(() => parseCsv(text, { maxRows: MAX_ROWS, maxColumns: MAX_COLUMNS }), [text]);
  const [head = [], ...body] = rows;
  return (
    <>
      {isCut && <p className="mb-2 font-sans text-muted text-small">{previewTexts.cutTable(MAX_ROWS, MAX_COLUMNS)}</p>}
      <table className="border-collapse font-sans tabular-nums">
        <thead>
          <tr>
            {head.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the position is the only identity of a cell
              <th key={column} scope="col" className={`${CELL} bg-sunken font-medium`}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <tr key={row}>
              {cells.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column} className={CELL}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const CELL = "max-w-80 border px-2 py-1 text-left align-top whitespace-pre-wrap [overflow-wrap:anywhere]";
