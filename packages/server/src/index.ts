export type { AnnotationsFilter, AnnotationsInput } from "./features/attachments/annotations.ts";
export type { ItemLink, LinkCalls, NewLink } from "./features/embedding/calls/link-types.ts";
export type {
  FileRequestCalls,
  FileRequestSlot,
  ItemFileRequest,
  NewFileRequest,
  UnreviewedFile,
} from "./features/embedding/calls/request-types.ts";
export type { TenantCalls } from "./features/embedding/calls/tenant-types.ts";
export type {
  ActivityEvent,
  AdoptAnswer,
  AdoptedObject,
  ApplicationTransaction,
  CountsOfItem,
  FileBody,
  FileCalls,
  FilePage,
  FilesOfItem,
  FileUrl,
  FileUrlAnswer,
  FirstFilesOptions,
  NewFile,
  PageOptions,
  StagedFile,
  StagedRef,
  TransactionCalls,
  UrlOptions,
} from "./features/embedding/calls/types.ts";
export type {
  DownloadDelivery,
  DownloadHook,
  Hook,
  HookDelivery,
  ItemAction,
  ItemCounts,
  ItemFile,
  ItemName,
  ItemPlace,
  ItemToFill,
  OfferedFile,
  Resource,
  Resources,
  User,
  Validation,
} from "./features/embedding/types.ts";
export type {
  AttachmentState,
  FileRejection,
  FileVisitor,
  Json,
  VerificationState,
} from "./platform/database/unions.ts";
export type { ValetKey } from "./wiring/embedding/create-valet-key.ts";
export { createValetKey } from "./wiring/embedding/create-valet-key.ts";
export type { BucketOptions, Health, LinkOptions, PartState, ValetKeyOptions } from "./wiring/embedding/types.ts";
