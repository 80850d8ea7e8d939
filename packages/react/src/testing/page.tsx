import { StrictMode, useState, version } from "react";
import { createRoot } from "react-dom/client";
import { Dropzone, openFiles, useDownload, useFileUrl, useUploads, ValetKeyProvider } from "./everything.ts";

const client = openFiles({ baseUrl: `${location.origin}/files`, token: "ann" });

function Picture({ fileId }: { fileId: string }) {
  const { src, onError } = useFileUrl(fileId);
  const [isShown, setIsShown] = useState(false);
  return (
    <>
      <a href={src}>Open</a>
      <button type="button" onClick={() => setIsShown(true)}>
        Show
      </button>
      {isShown && <img src={src} onError={onError} alt="The file" />}
    </>
  );
}

function App() {
  const { files, progress, add, pause, resume } = useUploads({ resource: "invoice", itemId: "42" });
  const { download } = useDownload();
  return (
    <>
      <h1>{version}</h1>
      <Dropzone onFiles={add}>Add files</Dropzone>
      <button type="button" onClick={() => pause()}>
        Pause
      </button>
      <button type="button" onClick={() => resume()}>
        Resume
      </button>
      <progress value={progress.sentBytes} max={progress.totalBytes || 1} />
      {files.map(({ key, name, state, uploaded }) => (
        <p key={key}>
          <output>{`${name}: ${state}`}</output>
          {uploaded !== undefined && (
            <>
              <Picture fileId={uploaded.id} />
              <button type="button" onClick={() => download(uploaded.id)}>
                Save
              </button>
            </>
          )}
        </p>
      ))}
    </>
  );
}

createRoot(document.body.appendChild(document.createElement("div"))).render(
  <StrictMode>
    <ValetKeyProvider client={client}>
      <App />
    </ValetKeyProvider>
  </StrictMode>,
);
