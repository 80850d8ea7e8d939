import { useDocumentTitle } from "../../components/use-document-title.ts";
import { TrashList } from "../../features/trash/trash-list.tsx";
import { trashTexts } from "../../texts/en/trash.ts";

export function DeletedPage() {
  useDocumentTitle(trashTexts.title);
  return (
    <main className="relative h-full overflow-y-auto">
      <div className="mx-auto max-w-[760px] px-4 py-4 md:px-8 md:py-8">
        <h1 className="mb-2 text-title">{trashTexts.title}</h1>
        <TrashList />
      </div>
    </main>
  );
}
