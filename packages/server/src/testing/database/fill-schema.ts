import { DatabaseSync, type SQLInputValue } from "node:sqlite";

export const ROWS = 3;
/** Texts with all characters that the format of COPY escapes, and texts that look like escapes. */
const HARD_TEXTS = [
  "",
  "\\N",
  "\\.",
  "tab\tline\nreturn\r\b\f\v\\",
  "\ufffd 𝄞 ẞ 文",
  "'; drop table notes; --",
  "\\\\n",
];

/** Fills each table of a migrated database with rows that fit its schema. So a new table also gets rows. */
export function fillSchema(file: string): void {
  const database = new DatabaseSync(file);
  database.exec("pragma foreign_keys = off");
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  for (const { name } of tables) {
    if (/^(?:sqlite_|valetkey_|search_)/.test(String(name))) continue;
    for (let row = 1; row <= ROWS; row += 1) insertRow(database, { table: String(name), row });
  }
  database.close();
}

function insertRow(database: DatabaseSync, { table, row }: { table: string; row: number }): void {
  const columns = database.prepare('select name, type, "notnull" as required, pk from pragma_table_info(?)').all(table);
  const parents = database
    .prepare('select "table" as parent, "from" as name, "to" as key from pragma_foreign_key_list(?)')
    .all(table);
  const values = columns.map(({ name, type, required, pk }): SQLInputValue => {
    const reference = parents.find((parent) => parent.name === name);
    if (reference !== undefined) return `${reference.parent}-${reference.key}-${row}`;
    if (row === 2 && !required && pk === 0) return null;
    if (/date/i.test(String(type))) return new Date(row * 1_234_567).toISOString();
    if (/int/i.test(String(type)))
      return /^(is_admin|owns_object|email_verified|.*staged)$/.test(String(name))
        ? row % 2
        : integerOf(row, String(name));
    const hard = row === 3 && pk === 0 ? HARD_TEXTS[columns.length % HARD_TEXTS.length] : "";
    return `${table}-${name}-${row}${hard}`;
  });
  const names = columns.map(({ name }) => `"${name}"`).join();
  database.prepare(`insert into "${table}" (${names}) values (${columns.map(() => "?").join()})`).run(...values);
}

/** Only sizes and instants are larger than a 16-bit integer. */
function integerOf(row: number, name: string): number {
  return /(?:_at|bytes)$/.test(name) ? 2 ** 52 + row : row;
}
