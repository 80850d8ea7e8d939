import { useDocumentTitle } from "../../components/use-document-title.ts";
import { Webhooks } from "../../features/webhooks/webhooks.tsx";
import { webhookTexts } from "../../texts/en/webhooks.ts";

export function WebhooksPage() {
  useDocumentTitle(webhookTexts.title);
  return (
    <main className="relative h-full overflow-y-auto">
      <div className="mx-auto flex max-w-[760px] flex-col gap-6 px-4 py-4 md:px-8 md:py-8">
        <header>
          <h1 className="text-title">{webhookTexts.title}</h1>
          <p className="text-pretty text-muted text-small">{webhookTexts.hint}</p>
        </header>
        <Webhooks scope="own" />
      </div>
    </main>
  );
}
