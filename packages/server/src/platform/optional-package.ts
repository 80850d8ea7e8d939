import { DomainError, type DomainErrorCode } from "./errors.ts";

const MISSING = new Set<unknown>(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

type Options = {
  /** What needs the package, as the subject of a sentence. */
  user: string;
  code: DomainErrorCode;
};

/** Loads a module with a package that an embedding does not install. If it is missing, throws an error `code` that names it. */
export async function loadWith<Module>(
  name: string,
  load: () => Promise<Module>,
  { user, code }: Options,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const { code: fault, message } = Object(cause) as { code?: unknown; message?: unknown };
    if (!MISSING.has(fault) || !String(message).includes(`'${name}'`)) throw cause;
    throw new DomainError(code, `${user} needs the package ${name}. Install it: npm install ${name}`, { cause });
  }
}
