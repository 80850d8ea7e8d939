export type {
  Hook,
  HookDelivery,
  ItemAction,
  ItemCounts,
  ItemFile,
  ItemToFill,
  OfferedFile,
  Resource,
  Resources,
  User,
  Validation,
} from "./features/embedding/types.ts";
export type { FileUrl, ValetKey } from "./wiring/embedding/create-valet-key.ts";
export { createValetKey } from "./wiring/embedding/create-valet-key.ts";
export type { BucketOptions, ValetKeyOptions } from "./wiring/embedding/options.ts";
