import { createUploads, type PreviewMaker } from "@valetkey/client";
import { service } from "../../../service/client.ts";

/** Makes previews of pictures and videos like the client, and also of the first pages of PDFs. */
const makePreviews: PreviewMaker = async (file, options) => {
  const maker = await import("@valetkey/client/previews");
  if (options.contentType !== "application/pdf" || !(file instanceof Blob)) return maker.makePreviews(file, options);
  const { drawFirstPage } = await import("../../../files/first-page.ts");
  return maker.drawPreviews(await drawFirstPage(file, options.signal), options);
};

/** The part of the client that sends files. The app loads this part with the first upload. */
export const { upload } = createUploads({ ...service, previews: makePreviews });
