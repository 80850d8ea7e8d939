import { useDocumentTitle } from "../../components/use-document-title.ts";
import { OwnLinks } from "../../features/links/own-links.tsx";
import { linkTexts } from "../../texts/en/links.ts";

export function LinksPage() {
  useDocumentTitle(linkTexts.page.title);
  return (
    <main className="relative h-full overflow-y-auto">
      <div className="mx-auto max-w-[760px] px-4 py-4 md:px-8 md:py-8">
        <h1 className="mb-6 text-title">{linkTexts.page.title}</h1>
        <OwnLinks />
      </div>
    </main>
  );
}
