import type * as contract from "@valetkey/contract";
import type * as published from "../dist/wire.d.ts";

// The test of the package compiles this file. An error here means that a published type differs from the contract.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Flat<T> = T extends readonly (infer Item)[]
  ? Flat<Item>[]
  : T extends object
    ? { [Key in keyof T]: Flat<T[Key]> }
    : T;
type Names = keyof Wire;
type Wire = {
  ActivityQuery: [contract.ActivityQuery, published.ActivityQuery];
  ApiToken: [contract.ApiToken, published.ApiToken];
  ApiTokens: [contract.ApiTokens, published.ApiTokens];
  Attachment: [contract.Attachment, published.Attachment];
  AttachmentPage: [contract.AttachmentPage, published.AttachmentPage];
  AttachmentState: [contract.AttachmentState, published.AttachmentState];
  AuditEvent: [contract.AuditEvent, published.AuditEvent];
  AuditEventPage: [contract.AuditEventPage, published.AuditEventPage];
  ClaimBody: [contract.ClaimBody, published.ClaimBody];
  CreatedToken: [contract.CreatedToken, published.CreatedToken];
  CreateFileLinkBody: [contract.CreateFileLinkBody, published.CreateFileLinkBody];
  CreateLinkBody: [contract.CreateLinkBody, published.CreateLinkBody];
  CreateNoteBody: [contract.CreateNoteBody, published.CreateNoteBody];
  CreateTokenBody: [contract.CreateTokenBody, published.CreateTokenBody];
  DoctorFinding: [contract.DoctorFinding, published.DoctorFinding];
  DoctorReport: [contract.DoctorReport, published.DoctorReport];
  FileRequest: [contract.FileRequest, published.FileRequest];
  FileUrl: [contract.FileUrl, published.FileUrl];
  FileUrls: [contract.FileUrls, published.FileUrls];
  Instance: [contract.Instance, published.Instance];
  Link: [contract.Link, published.Link];
  LinkKind: [contract.LinkKind, published.LinkKind];
  LinkPage: [contract.LinkPage, published.LinkPage];
  LinkSlot: [contract.LinkSlot, published.LinkSlot];
  LinkState: [contract.LinkState, published.LinkState];
  LinkClaim: [contract.LinkClaim, published.LinkClaim];
  LinkFile: [contract.LinkFile, published.LinkFile];
  ListNotesQuery: [contract.ListNotesQuery, published.ListNotesQuery];
  LockedLink: [contract.LockedLink, published.LockedLink];
  Me: [contract.Me, published.Me];
  Note: [contract.Note, published.Note];
  NotePage: [contract.NotePage, published.NotePage];
  NoteSummary: [contract.NoteSummary, published.NoteSummary];
  OpenedLink: [contract.OpenedLink, published.OpenedLink];
  Person: [contract.Person, published.Person];
  Problem: [contract.Problem, published.Problem];
  ProblemCode: [contract.ProblemCode, published.ProblemCode];
  PublicLink: [contract.PublicLink, published.PublicLink];
  Receipt: [contract.Receipt, published.Receipt];
  Send: [contract.Send, published.Send];
  SendFileBody: [contract.SendFileBody, published.SendFileBody];
  SentFile: [contract.SentFile, published.SentFile];
  SentFiles: [contract.SentFiles, published.SentFiles];
  RevokedLink: [contract.RevokedLink, published.RevokedLink];
  Share: [contract.Share, published.Share];
  ShareAttachmentBody: [contract.ShareAttachmentBody, published.ShareAttachmentBody];
  SharedAttachment: [contract.SharedAttachment, published.SharedAttachment];
  SharedAttachmentPage: [contract.SharedAttachmentPage, published.SharedAttachmentPage];
  ShareNoteBody: [contract.ShareNoteBody, published.ShareNoteBody];
  ShareResult: [contract.ShareResult, published.ShareResult];
  Shares: [contract.Shares, published.Shares];
  SharesWithResults: [contract.SharesWithResults, published.SharesWithResults];
  SignedParts: [contract.SignedParts, published.SignedParts];
  StartedSend: [contract.StartedSend, published.StartedSend];
  StartedUpload: [contract.StartedUpload, published.StartedUpload];
  StartUploadBody: [contract.StartUploadBody, published.StartUploadBody];
  UpdateLinkBody: [contract.UpdateLinkBody, published.UpdateLinkBody];
  UpdateNoteBody: [contract.UpdateNoteBody, published.UpdateNoteBody];
  Upload: [contract.Upload, published.Upload];
  UrlPurpose: [contract.UrlPurpose, published.UrlPurpose];
  Usage: [contract.Usage, published.Usage];
};
type Different = { [Name in Names]: Same<Flat<Wire[Name][0]>, Flat<Wire[Name][1]>> extends true ? never : Name }[Names];

export const different: [Different] extends [never] ? "none" : Different = "none";
