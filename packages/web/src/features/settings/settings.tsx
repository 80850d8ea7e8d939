import { useDocumentTitle } from "../../components/use-document-title.ts";
import { texts } from "../../texts/index.ts";

/** The account, its sessions and tokens, the storage, the theme. */
export function Settings() {
  useDocumentTitle(texts.settings.title);
  return <h1 className="text-title">{texts.settings.title}</h1>;
}
