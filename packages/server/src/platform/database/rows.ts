/** The name of a column in camel case: `note_id` becomes `noteId`. */
type MemberName<Column extends string> = Column extends `${infer Start}_${infer End}`
  ? `${Start}${Capitalize<MemberName<End>>}`
  : Column;

type ColumnName<Member extends string> = Member extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${ColumnName<Rest>}`
    : `_${Lowercase<First>}${ColumnName<Rest>}`
  : Member;

type Members<Row> = {
  [Column in keyof Row & string as MemberName<Column>]:
    | Exclude<Row[Column], null>
    | (null extends Row[Column] ? undefined : never);
};

type Columns<Value, Member extends keyof Value & string> = {
  [Name in Member as ColumnName<Name>]:
    | Exclude<Value[Name], undefined>
    | (undefined extends Value[Name] ? null : never);
};

/** Converts a row to an object. The names of the columns become camel case, and null becomes undefined. */
export function fromColumns<Row extends object>(row: Row): Members<Row> {
  const members: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row)) members[memberOf(column)] = value ?? undefined;
  return members as Members<Row>;
}

/** Converts members of an object to columns. This is the opposite of `fromColumns`. */
export function toColumns<Value extends object, Member extends keyof Value & string>(
  value: Value,
  members: readonly Member[],
): Columns<Value, Member> {
  const columns: Record<string, unknown> = {};
  for (const member of members) columns[columnOf(member)] = value[member] ?? null;
  return columns as Columns<Value, Member>;
}

const memberOf = remembered((column) => column.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
const columnOf = remembered((member) => member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** Converts each name only once, because all rows of a list have the same names. The schema limits the number of names. */
function remembered(nameOf: (name: string) => string): (name: string) => string {
  const names = new Map<string, string>();
  return (name) => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const made = nameOf(name);
    names.set(name, made);
    return made;
  };
}
