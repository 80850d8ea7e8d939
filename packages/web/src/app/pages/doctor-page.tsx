import { useDocumentTitle } from "../../components/use-document-title.ts";
import { DoctorReport } from "../../features/doctor/doctor-report.tsx";
import { doctor } from "../../texts/en/doctor.ts";

export function DoctorPage() {
  useDocumentTitle(doctor.title);
  return (
    <main className="relative h-full overflow-y-auto">
      <div className="mx-auto flex max-w-[760px] flex-col gap-6 px-4 py-4 md:px-8 md:py-8">
        <header>
          <h1 className="text-title">{doctor.title}</h1>
          <p className="text-pretty text-muted text-small">{doctor.hint}</p>
        </header>
        <DoctorReport />
      </div>
    </main>
  );
}
