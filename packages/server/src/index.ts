export type {
  ActivityEvent,
  AdoptAnswer,
  AdoptedObject,
  CountsOfItem,
  FileBody,
  FileCalls,
  FilePage,
  FilesOfItem,
  FileUrl,
  FileUrlAnswer,
  ItemName,
  NewFile,
  PageOptions,
  UrlOptions,
} from "./features/embedding/calls/types.ts";
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
export type { ValetKey } from "./wiring/embedding/create-valet-key.ts";
export { createValetKey } from "./wiring/embedding/create-valet-key.ts";
export type { Health } from "./wiring/embedding/observe.ts";
export type { BucketOptions, ValetKeyOptions } from "./wiring/embedding/options.ts";
