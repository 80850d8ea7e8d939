/** The German title of each fault (first the effect, then the cause), and its consequence. */
const faults = {
  "config-invalid": {
    title: "Der Dienst startet nicht: Die Konfiguration hat einen Fehler",
    why: "Der Dienst startet erst, wenn die Einstellung stimmt.",
  },
  "config-doubtful": {
    title: "Der Dienst tut vielleicht nicht, was Sie erwarten: Eine Einstellung sieht falsch aus",
    why: "Der Dienst startet, verhält sich aber vielleicht anders, als Sie erwarten.",
  },
  "abuse-contact-missing": {
    title: "Besucher können Missbrauch nicht melden: Links haben keinen Kontakt dafür",
    why: "Besucher öffentlicher Links können Missbrauch nicht melden. Browser und Hoster sperren dann die ganze Domain.",
  },
  "data-dir-read-only": {
    title: "Daten lassen sich nicht speichern: Der Dienst kann nicht in DATA_DIR schreiben",
    why: "In diesem Ordner liegen die Dateien des eingebauten Buckets, die eingebaute Datenbank und das exportierte Protokoll.",
  },
  "data-dir-in-memory": {
    title: "Ein Neustart löscht Daten: DATA_DIR liegt im Arbeitsspeicher",
    why: "Ein Neustart dieser Maschine oder des Containers löscht alle Notizen, Konten, Schlüssel und Dateien des eingebauten Buckets.",
  },
  "data-dir-exposed": {
    title: "Andere Benutzer dieser Maschine können Anmeldungen fälschen: Sie können DATA_DIR lesen",
    why: "Mit secrets.json signiert der Dienst Sitzungen und URLs. Wer die Datei lesen kann, kann beides fälschen.",
  },
  "disk-full": {
    title: "Uploads und Downloads scheitern: Der Datenträger von DATA_DIR ist voll",
    why: "Uploads und URLs scheitern mit `storage_full` (507).",
  },
  "disk-nearly-full": {
    title: "Uploads und Downloads scheitern bald: Der Datenträger von DATA_DIR ist fast voll",
    why: "Ist der Datenträger voll, scheitern Uploads und URLs mit `storage_full` (507).",
  },
  "sqlite-damaged": {
    title: "Der Dienst startet nicht: Die eingebaute Datenbank ist nicht lesbar",
    why: "Ohne seine Datenbank startet der Dienst nicht.",
  },
  "sqlite-read-only": {
    title: "Dateien lassen sich nicht hochladen und nicht öffnen: Die eingebaute Datenbank ist schreibgeschützt",
    why: "Der Dienst protokolliert jede URL, bevor er sie herausgibt. Deshalb gibt er keine URL heraus.",
  },
  "database-unreachable": {
    title: "Der Dienst funktioniert nicht: PostgreSQL ist nicht erreichbar",
    why: "Der Dienst startet nicht, und ein laufender Dienst antwortet mit 503.",
  },
  "database-login": {
    title: "Der Dienst funktioniert nicht: PostgreSQL lehnt die Verbindung ab",
    why: "Der Benutzer, das Passwort oder die Datenbank in DATABASE_URL ist falsch.",
  },
  "database-old": {
    title: "Sicherheitsupdates fehlen: PostgreSQL ist zu alt",
    why: "Das Projekt testet diese Version nicht, und sie bekommt keine Sicherheitsupdates.",
  },
  "database-fsync": {
    title: "Ein Stromausfall kann Notizen kosten: PostgreSQL schreibt nicht auf die Festplatte",
    why: "Ein Stromausfall löscht oder beschädigt Notizen, Freigaben und Ereignisse des Protokolls.",
  },
  "database-commit": {
    title: "Ein Absturz kann Uploads kosten: PostgreSQL bestätigt zu früh",
    why: "Bei einem Absturz gehen bestätigte Uploads verloren, und Ereignisse von URLs, die schon benutzt werden.",
  },
  "database-read-only": {
    title: "Dateien lassen sich nicht hochladen und nicht öffnen: PostgreSQL ist schreibgeschützt",
    why: "Der Dienst protokolliert jede URL, bevor er sie herausgibt. Deshalb gibt er keine URL heraus.",
  },
  "database-standby": {
    title: "Ein Ausfall der Datenbank kann Änderungen kosten: PostgreSQL ist nicht vorbereitet",
    why: "Nach einem Absturz des Primärservers steht der Dienst still, oder er verliert bestätigte Änderungen.",
  },
  "database-two-primaries": {
    title: "Änderungen können verloren gehen: Zwei Server in DATABASE_URL nehmen Änderungen an",
    why: "Jeder Server kann Änderungen haben, die dem anderen fehlen.",
  },
  "database-encoding": {
    title: "Namen in manchen Sprachen scheitern: Die Datenbank speichert kein UTF-8",
    why: "Dateinamen und Notizen mit anderen Zeichen scheitern.",
  },
  "database-connections": {
    title: "Anfragen können zufällig scheitern: PostgreSQL erlaubt zu wenige Verbindungen",
    why: "Jede Instanz öffnet bis zu 14 Verbindungen. Weitere Instanzen scheitern zu zufälligen Zeiten.",
  },
  "database-clock": {
    title: "Freigaben können zur falschen Zeit enden: PostgreSQL und diese Maschine haben verschiedene Uhrzeiten",
    why: "Instanzen mit verschiedenen Uhrzeiten sind sich nicht einig, wann Freigaben und Links ablaufen.",
  },
  "pooler-statement-mode": {
    title: "Der Dienst startet nicht: Der Verbindungs-Pooler läuft im Modus „statement“",
    why: "In diesem Modus gibt es keine Transaktionen. Der Dienst startet nicht.",
  },
  "pooler-names": {
    title: "Anfragen scheitern zufällig: Der Verbindungs-Pooler verliert vorbereitete Anweisungen",
    why: "DATABASE_PREPARED=on verwendet Namen, und jede Transaktion kann über eine andere Verbindung laufen. Anfragen scheitern zufällig.",
  },
  "bucket-settings": {
    title: "Der Dienst startet nicht: Die Einstellungen passen nicht zu den Buckets der Dateien",
    why: "Der Dienst könnte die Dateien dieses Buckets nicht öffnen, deshalb startet er nicht.",
  },
  "scanner-unreachable": {
    title: "Neue Dateien lassen sich nicht herunterladen: Der Virenscanner antwortet nicht",
    why: "Neue Dateien warten auf den Virenscanner und lassen sich nicht herunterladen.",
  },
  "mail-server-unusable": {
    title: "Niemand erhält Mails: Der Mailserver nimmt keine an",
    why: "Niemand erhält einen Link für ein neues Passwort. Der Dienst versucht es drei Tage lang, danach gibt er die Mails auf.",
  },
  "issuer-unusable": {
    title: "Niemand kann sich damit anmelden: Der Identitätsanbieter ist nicht nutzbar",
    why: "Niemand kann sich damit anmelden.",
  },
  "key-set-unusable": {
    title: "Tokens des Anbieters funktionieren nicht: AUTH_JWKS_URL ist nicht abrufbar",
    why: "Der Dienst kann Tokens dieses Anbieters nicht prüfen und antwortet ihren Besitzern mit 503.",
  },
  "collector-unusable": {
    title: "Traces gehen verloren: Der Collector nimmt keine an",
    why: "Alle Traces gehen verloren. Anfragen warten nicht auf den Collector.",
  },
  "bucket-unreachable": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Der S3-Server ist nicht erreichbar",
    why: "Das Netzwerk, eine Firewall oder ein falscher S3_ENDPOINT verhindert die Verbindung.",
  },
  "bucket-tls": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Die TLS-Verbindung zum S3-Server scheitert",
    why: "Der Dienst lehnt eine Verbindung ab, die er nicht prüfen kann. Browser lehnen sie auch ab.",
  },
  "bucket-not-s3": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Der Endpunkt ist kein S3-Server",
    why: "Dort läuft ein anderer Webserver, eine Konsole oder eine Anmeldeseite.",
  },
  "endpoint-has-bucket": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Der Endpunkt enthält den Namen des Buckets",
    why: "Der Dienst fügt den Namen selbst hinzu und ruft deshalb einen anderen Pfad auf, als der Bucket hat.",
  },
  "bucket-missing": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Den Bucket gibt es nicht",
    why: "Die Zugangsdaten stimmen, aber der Server hat keinen Bucket mit diesem Namen.",
  },
  "bucket-region": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Der Bucket liegt in einer anderen Region",
    why: "Eine Signatur enthält die Region, deshalb lehnt der Bucket jede URL ab.",
  },
  "access-key-unknown": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Der S3-Server lehnt den Zugriffsschlüssel ab",
    why: "Der Bucket lehnt jeden Aufruf und jede URL ab.",
  },
  "secret-key-wrong": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Der Bucket lehnt die Signatur ab",
    why: "Der geheime Schlüssel ist falsch, oder ein Proxy ändert den Host-Header oder den Pfad. Jede URL scheitert.",
  },
  "credentials-missing": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Es gibt keine Zugangsdaten für den Bucket",
    why: "Der Dienst kann keine URL signieren.",
  },
  "credentials-expired": {
    title: "Dateien lassen sich nicht speichern und nicht lesen: Die befristeten Zugangsdaten gelten nicht mehr",
    why: "Eine URL gilt nur so lange wie die Zugangsdaten, die sie signiert haben.",
  },
  "credentials-expire-soon": {
    title: "Lange Uploads können abbrechen: Die Zugangsdaten laufen bald ab",
    why: "Eine URL endet mit den Zugangsdaten, die sie signiert haben. Lange Uploads brechen dann ab.",
  },
  "credentials-fixed-session": {
    title: "In einigen Stunden geht nichts mehr: Die Konfiguration enthält befristete Zugangsdaten",
    why: "AWS_SESSION_TOKEN läuft nach einigen Stunden ab, und der Dienst kann es nicht erneuern.",
  },
  "clock-skew": {
    title: "Downloads und Uploads können scheitern: Diese Maschine und der Bucket haben verschiedene Uhrzeiten",
    why: "Jede URL gilt um den Unterschied kürzer oder länger. Ab 15 Minuten lehnt S3 jeden Aufruf ab.",
  },
  "bucket-refuses": {
    title: "Dateien lassen sich nicht speichern: Der Bucket lehnt einen einfachen Upload ab",
    why: "Der S3-Server hat einen Fehler oder einen eigenen Grund.",
  },
  "permission-put": {
    title: "Dateien lassen sich nicht speichern: Die Zugangsdaten dürfen nicht schreiben",
    why: "Eine Upload-URL hat nur die Rechte dieser Zugangsdaten.",
  },
  "permission-get": {
    title: "Downloads scheitern: Die Zugangsdaten dürfen nicht lesen",
    why: "Eine Download-URL hat nur die Rechte dieser Zugangsdaten. Der Dienst liest Dateien auch, um sie zu prüfen.",
  },
  "permission-delete": {
    title: "Gelöschte Dateien bleiben im Bucket: Die Zugangsdaten dürfen nicht löschen",
    why: "Gelöschte Dateien bleiben im Bucket, wo sie Geld kosten und in falsche Hände geraten können.",
  },
  "permission-list": {
    title: "Manche Uploads scheitern: Die Zugangsdaten dürfen den Bucket nicht auflisten",
    why: "Ein fehlendes Objekt sieht wie eine Ablehnung aus, deshalb scheitern Prüfungen. Auch `valetkey gc` scheitert.",
  },
  "permission-abort": {
    title: "Unfertige Uploads kosten Geld: Die Zugangsdaten dürfen sie nicht abbrechen",
    why: "Die Teile abgebrochener Uploads bleiben im Bucket und kosten Geld.",
  },
  "permission-list-parts": {
    title: "Große Uploads scheitern: Die Zugangsdaten dürfen die Teile eines Uploads nicht auflisten",
    why: "Ein unterbrochener Upload lässt sich nicht fortsetzen, und ein mehrteiliger Upload nicht abschließen.",
  },
  "permission-list-uploads": {
    title: "Unfertige Uploads können Geld kosten: Die Zugangsdaten dürfen sie nicht auflisten",
    why: "Der Dienst findet die Teile nicht, die ein abgestürzter Prozess hinterlassen hat.",
  },
  "anonymous-list": {
    title: "Fremde sehen, welche Dateien es gibt: Jeder kann den Bucket auflisten",
    why: "Die Liste enthält die Schlüssel aller Objekte. Jeder sieht dann, was es gibt, und kann versuchen, es zu lesen.",
  },
  "anonymous-read": {
    title: "Fremde können Dateien öffnen: Jeder kann den Bucket lesen",
    why: "Freigaben, Ablauf und Widerruf schützen nichts, denn der Schlüssel allein öffnet die Datei.",
  },
  "anonymous-write": {
    title: "Fremde können Dateien speichern und ersetzen: Jeder kann in den Bucket schreiben",
    why: "Jeder kann auf Ihre Kosten Dateien speichern und fremde Dateien ersetzen.",
  },
  "signature-age-uploads": {
    title: "Langsame Uploads scheitern: Der Bucket lehnt Upload-URLs zu früh ab",
    why: "Upload-URLs gelten 15 Minuten. Ein langsamer oder fortgesetzter Upload scheitert vorher.",
  },
  "signature-age-downloads": {
    title: "Downloads können zu früh enden: Der Bucket lehnt URLs vor URL_TTL_MAX ab",
    why: "Der Dienst verspricht URLs, die länger gelten, als der Bucket sie akzeptiert.",
  },
  "signature-age-unlimited": {
    title: "Ein gestohlener Schlüssel öffnet Dateien länger: Die Richtlinie des Buckets begrenzt Signaturen nicht",
    why: "Eine URL, die mit einem gestohlenen Schlüssel signiert ist, gilt bis zu sieben Tage.",
  },
  "policy-lists-buckets": {
    title: "Ein gestohlener Schlüssel verrät zu viel: Die Zugangsdaten dürfen alle Buckets auflisten",
    why: "Der Dienst braucht das nicht. Ein gestohlener Schlüssel verrät mehr als nötig.",
  },
  "lifecycle-deletes": {
    title: "Dateien gehen verloren: Eine Lebenszyklus-Regel löscht sie",
    why: "Die Notizen zeigen die Dateien weiterhin, aber niemand kann sie mehr herunterladen.",
  },
  "lifecycle-archives": {
    title: "Ältere Dateien lassen sich nicht herunterladen: Eine Lebenszyklus-Regel verschiebt sie in ein Archiv",
    why: "Der Bucket lässt ein archiviertes Objekt erst lesen, wenn es jemand wiederherstellt. Downloads älterer Dateien scheitern.",
  },
  "lifecycle-missing": {
    title: "Unfertige Uploads kosten Geld: Keine Lebenszyklus-Regel entfernt ihre Teile",
    why: "Teile abgebrochener Uploads kosten Geld. Keine Liste von Objekten zeigt sie.",
  },
  "versions-kept": {
    title: "Gelöschte Dateien bleiben im Bucket: Alte Versionen laufen nie ab",
    why: "Die Inhalte gelöschter Dateien bleiben für immer im Bucket. Sie kosten Geld und können noch in falsche Hände geraten.",
  },
  "endpoint-plain-http": {
    title: "Andere im Netzwerk können Dateien mitlesen: Die Verbindung zum Bucket ist nicht verschlüsselt",
    why: "Jeder im Netzwerk kann die Dateien mitlesen, und auch die URLs, die Zugriff auf sie geben.",
  },
  "etag-lost": {
    title: "Uploads scheitern: Antworten des Buckets haben kein ETag",
    why: "Der Dienst und Browser vergleichen das ETag mit dem, was sie hochgeladen haben. Deshalb scheitern Uploads.",
  },
  "range-ignored": {
    title: "Downloads lassen sich nicht fortsetzen, Videos nicht spulen: Der Header Range wirkt nicht",
    why: "Der Dienst liest Teile von Dateien, um sie zu prüfen. Videos lassen sich nicht spulen, und ein unterbrochener Download beginnt von vorn.",
  },
  "download-headers-lost": {
    title: "Browser öffnen Dateien, statt sie zu speichern: Downloads verlieren ihre Header",
    why: "Browser zeigen Dateien als Seiten an, die sie nur speichern sollen, und speichern Dateien unter falschen Namen.",
  },
  "download-changed": {
    title: "Downloads sind beschädigt: Sie liefern andere Bytes, als der Upload gespeichert hat",
    why: "Ein Proxy ändert Dateien, oder ein anderer Webserver antwortet statt des Buckets.",
  },
  "cloudfront-unusable": {
    title: "Dateien lassen sich nicht herunterladen: CloudFront liefert sie nicht aus",
    why: "Der Dienst signiert alle Download-URLs für CLOUDFRONT_DOMAIN.",
  },
  "mixed-content": {
    title: "Browser können Dateien nicht hochladen und nicht anzeigen: Die Seiten verwenden https, der Bucket http",
    why: "Browser blockieren solche Anfragen als gemischte Inhalte. Deshalb lässt sich keine Datei hochladen oder anzeigen.",
  },
  "public-endpoint-unreachable": {
    title:
      "Browser können Dateien nicht hochladen und nicht anzeigen: Der öffentliche Endpunkt des Buckets antwortet nicht",
    why: "Browser bekommen URLs unter S3_PUBLIC_ENDPOINT.",
  },
  "public-endpoint-refuses": {
    title:
      "Browser können Dateien nicht hochladen und nicht anzeigen: Der öffentliche Endpunkt des Buckets lehnt signierte URLs ab",
    why: "Ein Proxy vor dem Bucket ändert den Host-Header, den Pfad, die Abfrage oder einen anderen Header.",
  },
  "cors-missing": {
    title: "Browser können Dateien nicht hochladen und nicht anzeigen: Der Bucket hat keine CORS-Konfiguration",
    why: "Ein Browser sendet die Anfragen einer Seite nur, wenn die CORS-Regeln des Buckets die Seite erlauben.",
  },
  "cors-origin": {
    title:
      "Browser können Dateien nicht hochladen und nicht anzeigen: Die CORS-Konfiguration erlaubt diesen Dienst nicht",
    why: "Ein Browser sendet die Anfragen einer Seite nur, wenn die CORS-Regeln des Buckets die Seite erlauben.",
  },
  "cors-method": {
    title: "Browser können nicht alles: Die CORS-Konfiguration erlaubt eine Methode nicht",
    why: "Browser brauchen GET, um Dateien anzuzeigen, HEAD, um ihre Größe zu lesen, und PUT, um sie hochzuladen.",
  },
  "cors-headers": {
    title: "Uploads scheitern in Browsern: Die CORS-Konfiguration erlaubt ihre Header nicht",
    why: "Browser senden den Dateityp, die Prüfsumme und die Bedingung eines Uploads. Ohne Erlaubnis brechen sie ab.",
  },
  "cors-etag": {
    title: "Große Uploads scheitern in Browsern: Die CORS-Konfiguration gibt ETag nicht frei",
    why: "Eine Seite kann das ETag eines Teils nicht lesen, deshalb scheitern mehrteilige Uploads.",
  },
  "copy-source-hole": {
    title: "Leute ohne Zugriff könnten Dateien kopieren: Der Bucket akzeptiert unsignierte x-amz-Header",
    why: "Wer einmal eine URL einer Datei hatte, kann die Datei mit einer Upload-URL kopieren, auch nach dem Ende der Freigabe.",
  },
  "signed-length-ignored": {
    title: "Uploads können größer sein als angegeben: Der Bucket prüft die Größe nicht",
    why: "Mit einer Upload-URL lassen sich mehr Bytes speichern als angegeben. Der Dienst löscht sie später.",
  },
  "signed-type-ignored": {
    title: "Uploads können einen anderen Typ haben als angegeben: Der Bucket prüft den Typ nicht",
    why: "Mit einer Upload-URL lässt sich eine Webseite statt eines Bildes speichern. Der Dienst lehnt sie später ab.",
  },
  "type-lost": {
    title: "Uploads werden abgelehnt: Der Bucket speichert den Dateityp nicht",
    why: "Der Dienst vergleicht den gespeicherten Typ mit dem angegebenen und lehnt den Upload ab.",
  },
  "copy-broken": {
    title: "Jeder Upload scheitert: Der Bucket kann weder kopieren noch bedingt schreiben",
    why: "Der Dienst kopiert dann jeden Upload, bevor er ihn prüft. Jeder Upload scheitert.",
  },
  "copy-missing": {
    title: "Jetzt scheitert nichts: Der Bucket kann nicht kopieren",
    why: "Der Dienst kopiert nur, wenn der Bucket nicht bedingt schreiben kann. Deshalb scheitert jetzt nichts.",
  },
  "conditional-put-missing": {
    title: "Uploads dauern länger: Der Bucket kann nicht bedingt schreiben",
    why: "Der Dienst kopiert jeden Upload unter einen Schlüssel ohne URL. Das kostet Zeit und Platz.",
  },
  "checksum-missing": {
    title: "Uploads dauern länger: Der Bucket prüft kein signiertes SHA-256",
    why: "Der Dienst liest jedes gespeicherte Objekt zurück und vergleicht es. Das kostet Zeit und Datenverkehr.",
  },
  "parts-survive": {
    title: "Große Uploads dauern länger: Der Bucket nimmt nach dem Ende noch Teile an",
    why: "Der Dienst kopiert jeden mehrteiligen Upload unter einen Schlüssel ohne URL.",
  },
  "public-url-unreachable": {
    title: "Links und Anmeldungen funktionieren nicht: PUBLIC_URL antwortet nicht",
    why: "Links und Anmeldungen führen dorthin.",
  },
  "public-url-other": {
    title: "Links und Anmeldungen funktionieren nicht: Unter PUBLIC_URL antwortet ein anderer Server",
    why: "Links und Anmeldungen führen zu einem Server, der nicht dieser Dienst ist oder ein anderes AUTH_SECRET hat.",
  },
  "public-url-redirects": {
    title: "Niemand kann sich anmelden: PUBLIC_URL leitet weiter",
    why: "Browser landen bei einem anderen Ursprung. Der Dienst lehnt dann Anmeldungen und Änderungen von seinen eigenen Seiten ab.",
  },
  "public-url-plain-http": {
    title: "Andere im Netzwerk können Passwörter mitlesen: PUBLIC_URL verwendet http",
    why: "Passwörter, Sitzungen und URLs gehen unverschlüsselt durch das Netzwerk.",
  },
  "forwarded-for-missing": {
    title: "Nichts begrenzt das Raten von Passwörtern: Der Proxy nennt keine IP-Adressen",
    why: "Der Dienst nimmt die IP-Adresse des Proxys, oder eine, die der Client geschrieben hat. Die Limits schützen dann niemanden.",
  },
  "trust-proxy-too-large": {
    title: "Nichts begrenzt das Raten von Passwörtern: TRUST_PROXY vertraut zu vielen Proxys",
    why: "Jeder kann eine IP-Adresse fälschen und so die Limits für Passwörter und Links umgehen.",
  },
  "trust-proxy-too-small": {
    title: "Ein Angreifer kann alle Anmeldungen blockieren: TRUST_PROXY vertraut zu wenigen Proxys",
    why: "Alle Clients teilen die IP-Adresse eines Proxys. Wer Passwörter rät, blockiert so die Anmeldungen aller.",
  },
  "client-address-invalid": {
    title: "Ein Angreifer kann alle Anmeldungen blockieren: Der Proxy sendet keine gültige IP-Adresse",
    why: "Der Dienst nimmt die IP-Adresse des Proxys. Wer Passwörter rät, blockiert so die Anmeldungen aller.",
  },
  "proxy-body-limit": {
    title: "Lange Notizen lassen sich nicht speichern: Der Proxy lehnt größere Anfragen ab",
    why: "Lange Notizen scheitern, und Dateien, die Programme durch den Dienst senden.",
  },
  "proxy-buffers": {
    title: "Uploads von Programmen sind langsam: Der Proxy puffert Anfragen",
    why: "Jede Datei, die ein Programm durch den Dienst sendet, landet zuerst auf der Festplatte des Proxys.",
  },
  "proxy-buffers-events": {
    title: "Änderungen anderer erscheinen spät: Der Proxy puffert Ereignisse",
    why: "Seiten zeigen die Änderungen anderer spät, oder erst nach dem Neuladen.",
  },
  "proxy-strips-credentials": {
    title: "Leute oder Programme können sich nicht anmelden: Der Proxy entfernt Header mit Zugangsdaten",
    why: "Leute können sich nicht anmelden, oder Programme können ihre Tokens nicht verwenden.",
  },
  "metrics-public": {
    title: "Fremde sehen, wie viel der Dienst zu tun hat: Jeder kann die Metriken lesen",
    why: "/metrics zeigt, wie stark der Dienst genutzt wird.",
  },
};

/** The German labels of remedies. The names of programs and files are the same in each language. */
const labels = {
  "environment of the service": "Umgebung des Dienstes",
  "environment of the service, for a port that no proxy publishes":
    "Umgebung des Dienstes, für einen Port, den kein Proxy veröffentlicht",
  "environment of MinIO": "Umgebung von MinIO",
  command: "Befehl",
  "command, on both machines": "Befehl, auf beiden Maschinen",
  "command in psql, as superuser": "Befehl in psql, als Superuser",
  "AWS CLI (it replaces other CORS rules)": "AWS CLI (ersetzt andere CORS-Regeln)",
  "AWS CLI (it replaces all lifecycle rules)": "AWS CLI (ersetzt alle Lebenszyklus-Regeln)",
  "AWS CLI (it replaces the bucket policy)": "AWS CLI (ersetzt die Richtlinie des Buckets)",
  "AWS CLI (it removes the bucket policy)": "AWS CLI (entfernt die Richtlinie des Buckets)",
  "AWS CLI, if the bucket has a public ACL": "AWS CLI, wenn der Bucket eine öffentliche ACL hat",
  "Terraform (it replaces all lifecycle rules)": "Terraform (ersetzt alle Lebenszyklus-Regeln)",
  "gcloud command line": "Befehl für gcloud",
  "Garage command line": "Befehl für Garage",
  "B2 command line": "Befehl für B2",
  "Swift command line": "Befehl für Swift",
  "Swift command line, for the other responses": "Befehl für Swift, für die übrigen Antworten",
  "MinIO client": "Befehl für MinIO",
  "CORS configuration (JSON)": "CORS-Konfiguration (JSON)",
  "Cloudflare dashboard: R2, bucket, Settings, CORS policy (JSON)":
    "Cloudflare-Dashboard: R2, Bucket, Settings, CORS policy (JSON)",
  "Wasabi console: bucket, Settings, Permissions, CORS (JSON)":
    "Wasabi-Konsole: Bucket, Settings, Permissions, CORS (JSON)",
  "IAM policy (JSON)": "IAM-Richtlinie (JSON)",
  "statement of the bucket policy (JSON)": "Anweisung der Bucket-Richtlinie (JSON)",
  "lifecycle configuration (JSON)": "Lebenszyklus-Konfiguration (JSON)",
  "option of weed, before July 2025": "Option von weed, vor Juli 2025",
  "proxy-server.conf of Swift, for preflights": "proxy-server.conf von Swift, für Preflights",
  "nginx, before the public endpoint only": "nginx, nur vor dem öffentlichen Endpunkt",
  "nginx, the whole location of the S3 server": "nginx, der ganze location-Block des S3-Servers",
  "pgbouncer.ini, as an alternative": "pgbouncer.ini, als Alternative",
};

/** The German sentences of the checks. `{0}` is the first value in the English sentence. */
const sentences = {
  "Neither the environment, a profile, SSO nor a role of this machine has credentials.":
    "Weder die Umgebung noch ein Profil, SSO oder eine Rolle dieser Maschine hat Zugangsdaten.",
  "AWS_SESSION_TOKEN is set. Nothing says when it expires.":
    "AWS_SESSION_TOKEN ist gesetzt. Nichts sagt, wann es abläuft.",
  "Remove the three AWS_ variables, and give the machine a role. Or create an access key of a user.":
    "Entfernen Sie die drei AWS_-Variablen, und geben Sie der Maschine eine Rolle. Oder erstellen Sie einen Zugriffsschlüssel für einen Benutzer.",
  "Let the credential source renew them earlier, with a lifetime of at least an hour.":
    "Lassen Sie die Quelle die Zugangsdaten früher erneuern, mit einer Gültigkeit von mindestens einer Stunde.",
  "They expire in {0} seconds, at {1}.": "Sie laufen in {0} Sekunden ab, um {1}.",
  "The credentials expired at {0}.": "Die Zugangsdaten sind um {0} abgelaufen.",
  "S3_ENDPOINT is {0}, and the bucket is {1}.": "S3_ENDPOINT ist {0}, und der Bucket ist {1}.",
  "It accepted an object, and returned {0} instead of it.":
    "Der Server nahm ein Objekt an und lieferte stattdessen {0}.",
  "something else": "etwas anderes",
  "This machine is {0} seconds behind the bucket.": "Diese Maschine geht gegenüber dem Bucket {0} Sekunden nach.",
  "This machine is {0} seconds ahead of the bucket.": "Diese Maschine geht gegenüber dem Bucket {0} Sekunden vor.",
  "The bucket {0} responded to a signed PUT with {1}.": "Der Bucket {0} antwortete auf ein signiertes PUT mit {1}.",
  "{0}, status {1}": "{0}, Status {1}",
  "status {0}": "Status {0}",
  "If the key is right, let no proxy before the S3 server change the Host header, the path or the query.":
    "Ist der Schlüssel richtig, darf kein Proxy vor dem S3-Server den Host-Header, den Pfad oder die Abfrage ändern.",
  "Renew the credentials, or give the machine a role that the service renews itself.":
    "Erneuern Sie die Zugangsdaten, oder geben Sie der Maschine eine Rolle, die der Dienst selbst erneuert.",
  "Read the log of the S3 server at this time.": "Lesen Sie das Protokoll des S3-Servers zu dieser Zeit.",
  "The bucket refuses {0} requests from pages of {1}.": "Der Bucket lehnt {0}-Anfragen von Seiten unter {1} ab.",
  "A PUT from {0} got no access-control-allow-origin.": "Ein PUT von {0} bekam kein access-control-allow-origin.",
  "A PUT exposed no ETag in access-control-expose-headers.":
    "Ein PUT gab in access-control-expose-headers kein ETag frei.",
  "The bucket says that CORS is not enabled.": "Der Bucket meldet, dass CORS nicht eingeschaltet ist.",
  "The bucket refuses the headers {0} from pages of {1}.": "Der Bucket lehnt die Header {0} von Seiten unter {1} ab.",
  "The bucket responded with status {0} when a page of this service asked for permission.":
    "Der Bucket antwortete mit dem Status {0}, als eine Seite dieses Dienstes um Erlaubnis fragte.",
  "The bucket refuses every request from pages of {0}.": "Der Bucket lehnt jede Anfrage von Seiten unter {0} ab.",
  "Restart the service. Each start allows pages of {0}.":
    "Starten Sie den Dienst neu. Jeder Start erlaubt Seiten unter {0}.",
  "A request without a signature got the list of the objects.":
    "Eine Anfrage ohne Signatur bekam die Liste der Objekte.",
  "A request without a signature got an object that the doctor had stored.":
    "Eine Anfrage ohne Signatur bekam ein Objekt, das die Prüfung gespeichert hatte.",
  "A request without a signature stored an object. The doctor deletes it.":
    "Eine Anfrage ohne Signatur speicherte ein Objekt. Die Prüfung löscht es wieder.",
  "The credentials have s3:ListAllMyBuckets.": "Die Zugangsdaten haben s3:ListAllMyBuckets.",
  "The bucket accepted a signature that was nearly a week old.":
    "Der Bucket akzeptierte eine Signatur, die fast eine Woche alt war.",
  "The bucket accepts signatures of {0} seconds, and refuses those of {1}.":
    "Der Bucket akzeptiert Signaturen, die {0} Sekunden alt sind, und lehnt {1} Sekunden alte ab.",
  "The bucket accepts signatures of {0} seconds, and refuses those of URL_TTL_MAX ({1}).":
    "Der Bucket akzeptiert Signaturen, die {0} Sekunden alt sind, und lehnt die von URL_TTL_MAX ({1}) ab.",
  "Turn off public access and the r2.dev URL in the settings of the bucket.":
    "Schalten Sie in den Einstellungen des Buckets den öffentlichen Zugriff und die r2.dev-URL aus.",
  "Nothing to do. A newer release of the S3 server may have it.":
    "Sie müssen nichts tun. Eine neuere Version des S3-Servers kann es vielleicht.",
  "Nothing to do. A newer release of the S3 server may refuse them.":
    "Sie müssen nichts tun. Eine neuere Version des S3-Servers lehnt sie vielleicht ab.",
  "Nothing to do. A newer release of the S3 server may verify it.":
    "Sie müssen nichts tun. Eine neuere Version des S3-Servers prüft sie vielleicht.",
  "Set USER_QUOTA_BYTES, and update the S3 server.":
    "Setzen Sie USER_QUOTA_BYTES, und aktualisieren Sie den S3-Server.",
  "Update the S3 server.": "Aktualisieren Sie den S3-Server.",
  "Update the S3 server, or use another one.": "Aktualisieren Sie den S3-Server, oder verwenden Sie einen anderen.",
  "Put a proxy before the bucket that refuses PUT requests with the header x-amz-copy-source from browsers.":
    "Setzen Sie vor den Bucket einen Proxy, der PUT-Anfragen von Browsern mit dem Header x-amz-copy-source ablehnt.",
  "A probe with small objects showed it.": "Ein Versuch mit kleinen Objekten hat es gezeigt.",
  "Allow s3:GetObject and s3:PutObject on the same bucket, or use a server with CopyObject.":
    "Erlauben Sie s3:GetObject und s3:PutObject für denselben Bucket, oder verwenden Sie einen Server mit CopyObject.",
  "A copy inside the bucket failed.": "Eine Kopie innerhalb des Buckets ist gescheitert.",
  "LINKS is on, and ABUSE_CONTACT is not set.": "LINKS ist an, und ABUSE_CONTACT ist nicht gesetzt.",
  "Stop the service, and move all files of DATA_DIR to a folder on a disk, or to a volume of the container.":
    "Halten Sie den Dienst an, und verschieben Sie alle Dateien von DATA_DIR in einen Ordner auf einem Datenträger oder in ein Volume des Containers.",
  "{0} is on a file system in memory.": "{0} liegt auf einem Dateisystem im Arbeitsspeicher.",
  "{0} MiB of {1} MiB are free.": "{0} MiB von {1} MiB sind frei.",
  "Delete notes or files, move old audit logs and backups away, or enlarge the disk.":
    "Löschen Sie Notizen oder Dateien, verschieben Sie alte Protokolle und Sicherungen, oder vergrößern Sie den Datenträger.",
  "The mode of secrets.json is {0}.": "Die Rechte von secrets.json sind {0}.",
  "The bucket {0} responded with {1}.": "Der Bucket {0} antwortete mit {1}.",
  "Create an API token with the permission Object Read & Write for this bucket.":
    "Erstellen Sie ein API-Token mit dem Recht „Object Read & Write“ für diesen Bucket.",
  "Create an application key for this bucket with read and write access, which may list all bucket names.":
    "Erstellen Sie einen Application Key mit Lese- und Schreibzugriff für diesen Bucket, der die Namen aller Buckets auflisten darf.",
  "Give the service account the roles Storage Object Admin and Storage Legacy Bucket Reader on the bucket.":
    "Geben Sie dem Dienstkonto die Rollen „Storage Object Admin“ und „Storage Legacy Bucket Reader“ für den Bucket.",
  "Create an access key that may read, write, list and delete in this bucket.":
    "Erstellen Sie einen Zugriffsschlüssel, der in diesem Bucket lesen, schreiben, auflisten und löschen darf.",
  "Upgrade to PostgreSQL {0} or newer, with pg_upgrade or the console of the provider.":
    "Aktualisieren Sie auf PostgreSQL {0} oder neuer, mit pg_upgrade oder in der Konsole des Anbieters.",
  "The database is PostgreSQL {0}.": "Die Datenbank ist PostgreSQL {0}.",
  "The encoding of the database is {0}.": "Die Zeichenkodierung der Datenbank ist {0}.",
  "max_connections is {0}.": "max_connections ist {0}.",
  "PostgreSQL is {0} seconds ahead of this machine.": "PostgreSQL geht gegenüber dieser Maschine {0} Sekunden vor.",
  "PostgreSQL is {0} seconds behind this machine.": "PostgreSQL geht gegenüber dieser Maschine {0} Sekunden nach.",
  "These settings are off: {0}.": "Diese Einstellungen sind aus: {0}.",
  "synchronous_commit is off.": "synchronous_commit ist aus.",
  "Set the host in DATABASE_URL to the primary server.": "Tragen Sie in DATABASE_URL den Primärserver ein.",
  "The database is a standby server.": "Die Datenbank ist ein Standby-Server.",
  "default_transaction_read_only is on.": "default_transaction_read_only ist an.",
  "Start a primary, or correct the hosts in DATABASE_URL.":
    "Starten Sie einen Primärserver, oder korrigieren Sie die Server in DATABASE_URL.",
  "No host is the primary. {0}.": "Kein Server ist der Primärserver. {0}.",
  "Start this server, or correct the hosts in DATABASE_URL.":
    "Starten Sie diesen Server, oder korrigieren Sie die Server in DATABASE_URL.",
  "Commits do not wait for a standby.": "Commits warten auf keinen Standby-Server.",
  "client_min_messages is {0}, which hides the warning about a commit without a standby.":
    "client_min_messages ist {0}. Das verbirgt die Warnung vor einem Commit ohne Standby-Server.",
  "If {0} is a former primary, compare its data with the primary, then rebuild it as a standby. If it is another cluster, remove it from DATABASE_URL.":
    "Ist {0} ein früherer Primärserver, vergleichen Sie seine Daten mit dem Primärserver, und bauen Sie ihn dann als Standby-Server neu auf. Gehört er zu einem anderen Cluster, entfernen Sie ihn aus DATABASE_URL.",
  "{0} accepts writes, and is not the primary.": "{0} nimmt Änderungen an und ist nicht der Primärserver.",
  "The pooler refused BEGIN.": "Der Verbindungs-Pooler lehnte BEGIN ab.",
  "A prepared statement was unknown, or taken, in a later transaction.":
    "Eine vorbereitete Anweisung war in einer späteren Transaktion unbekannt oder schon vergeben.",
  "PostgreSQL at {0} responded with SQLSTATE {1}.": "PostgreSQL unter {0} antwortete mit SQLSTATE {1}.",
  "Start PostgreSQL, or correct DATABASE_URL.": "Starten Sie PostgreSQL, oder korrigieren Sie DATABASE_URL.",
  "PUBLIC_URL is {0}.": "PUBLIC_URL ist {0}.",
  "{0} redirects to {1}.": "{0} leitet weiter nach {1}.",
  "{0} responded with status {1}, and without the proof of this service.":
    "{0} antwortete mit dem Status {1} und ohne den Nachweis dieses Dienstes.",
  "Give all replicas and the doctor the same AUTH_SECRET.":
    "Geben Sie allen Instanzen und der Prüfung dasselbe AUTH_SECRET.",
  "the proxy responded with {0}": "der Proxy antwortete mit {0}",
  "A body of {0} MiB got: {1}.": "Eine Anfrage mit {0} MiB bekam: {1}.",
  "Other proxies: remove the limit on request bodies. The service has its own.":
    "Andere Proxys: Entfernen Sie das Limit für die Größe von Anfragen. Der Dienst hat sein eigenes.",
  "Two parts that were sent 800 ms apart arrived within {0} ms.":
    "Zwei Teile, die mit 800 ms Abstand gesendet wurden, kamen innerhalb von {0} ms an.",
  "Two events that the service sent 800 ms apart arrived within {0} ms.":
    "Zwei Ereignisse, die der Dienst mit 800 ms Abstand sendete, kamen innerhalb von {0} ms an.",
  "Other proxies: turn off the buffering and the compression of text/event-stream.":
    "Andere Proxys: Schalten Sie das Puffern und die Komprimierung von text/event-stream aus.",
  "Let the proxy pass the headers Authorization and Cookie of requests, and Set-Cookie of responses, unchanged.":
    "Lassen Sie den Proxy die Header Authorization und Cookie von Anfragen und Set-Cookie von Antworten unverändert weitergeben.",
  "The proxy removed or changed {0}.": "Der Proxy hat {0} entfernt oder geändert.",
  "{0}/metrics responded without a token.": "{0}/metrics antwortete ohne Token.",
  'X-Forwarded-For was "{0}", and the service took {1}.': "X-Forwarded-For war „{0}“, und der Dienst nahm {1}.",
  "Without a proxy, remove TRUST_PROXY.": "Ohne Proxy entfernen Sie TRUST_PROXY.",
  "Make the first proxy write the IP address of the client. A port may follow.":
    "Lassen Sie den ersten Proxy die IP-Adresse des Clients schreiben. Ein Port darf folgen.",
  "Set AUTH_OIDC_ISSUER to the value of `issuer` in the discovery document of the provider.":
    "Setzen Sie AUTH_OIDC_ISSUER auf den Wert von `issuer` im Discovery-Dokument des Anbieters.",
  "Set AUTH_JWKS_URL to the value of `jwks_uri` in the discovery document of the provider.":
    "Setzen Sie AUTH_JWKS_URL auf den Wert von `jwks_uri` im Discovery-Dokument des Anbieters.",
  "Set OTEL_EXPORTER_OTLP_ENDPOINT to the URL of OTLP over HTTP, usually port 4318, and check OTEL_EXPORTER_OTLP_HEADERS.":
    "Setzen Sie OTEL_EXPORTER_OTLP_ENDPOINT auf die URL von OTLP über HTTP, meist Port 4318, und prüfen Sie OTEL_EXPORTER_OTLP_HEADERS.",
  "{0}, {1} responded with {2}.": "{0}, {1} antwortete mit {2}.",
  "another document than expected": "einem anderen Dokument als erwartet",
  "clamd at {0} did not respond to a ping.": "clamd unter {0} antwortete nicht auf einen Ping.",
  "The mail server at {0} accepts no mails: {1}": "Der Mailserver unter {0} nimmt keine Mails an: {1}",
  "Move the file away, and restore a backup into an empty DATA_DIR.":
    "Verschieben Sie die Datei, und stellen Sie eine Sicherung in ein leeres DATA_DIR wieder her.",
  "The rule {0} deletes objects {1}.": "Die Regel {0} löscht Objekte {1}.",
  "without an id": "ohne ID",
  "at a date": "an einem bestimmten Tag",
  "after a day": "nach einem Tag",
  "after {0} days": "nach {0} Tagen",
  "The rule {0} moves objects to {1}.": "Die Regel {0} verschiebt Objekte nach {1}.",
  "Versioning is enabled, and no lifecycle rule expires noncurrent versions of all files.":
    "Die Versionierung ist an, und keine Lebenszyklus-Regel löscht alte Versionen aller Dateien.",
  "The bucket has no lifecycle rule.": "Der Bucket hat keine Lebenszyklus-Regel.",
  "None of its {0} rules does.": "Keine seiner {0} Regeln tut es.",
  "The rule {0} does not apply to all files of the service.": "Die Regel {0} gilt nicht für alle Dateien des Dienstes.",
  "Let the server at this URL, or a proxy before it, respond with TLS.":
    "Lassen Sie den Server unter dieser URL, oder einen Proxy davor, mit TLS antworten.",
  "URLs of files start with {0}.": "Die URLs von Dateien beginnen mit {0}.",
  "{0}: it responded to a signed {1} with {2}.": "{0}: Der Server antwortete auf ein signiertes {1} mit {2}.",
  "{0}: it returned {1} instead of the stored object.": "{0}: Der Server lieferte {1} statt des gespeicherten Objekts.",
  "other bytes": "andere Bytes",
  "{0}: {1} of 2 responses had no ETag.": "{0}: {1} von 2 Antworten hatten kein ETag.",
  "{0}: a download had another {1}.": "{0}: Ein Download hatte einen anderen Header {1}.",
  "{0}: it responded to Range with status {1}.": "{0}: Der Server antwortete auf Range mit dem Status {1}.",
  "Give the distribution the key group, the cache policy and the bucket policy of docs/cloudfront.md.":
    "Geben Sie der Distribution die Key Group, die Cache Policy und die Bucket Policy aus docs/cloudfront.md.",
  "Let the proxy before the S3 server pass the Host header, the path, the query and all other headers unchanged.":
    "Lassen Sie den Proxy vor dem S3-Server den Host-Header, den Pfad, die Abfrage und alle anderen Header unverändert weitergeben.",
  "no response within {0} seconds": "keine Antwort innerhalb von {0} Sekunden",
  "Store the certificate of your authority in this file. Set the variable for the process, because Node.js does not read it from .env.":
    "Speichern Sie das Zertifikat Ihrer Zertifizierungsstelle in dieser Datei. Setzen Sie die Variable für den Prozess, denn Node.js liest sie nicht aus .env.",
  "Renew the certificate, or use the host name of the certificate in {0}.":
    "Erneuern Sie das Zertifikat, oder verwenden Sie in {0} den Hostnamen des Zertifikats.",
  "Start the server at {0}, let the firewall pass requests to it, or correct {1}.":
    "Starten Sie den Server unter {0}, lassen Sie die Firewall Anfragen an ihn durch, oder korrigieren Sie {1}.",
  "{0}: {1}.": "{0}: {1}.",
  "The next bucket ({0}): {1}": "Der nächste Bucket ({0}): {1}",
  "the service serves the built-in bucket, and does not run":
    "der Dienst stellt den eingebauten Bucket bereit und läuft nicht",
  "the responses of the bucket have no date": "die Antworten des Buckets haben kein Datum",
  "the public endpoint refuses an upload": "der öffentliche Endpunkt lehnt einen Upload ab",
  "the bucket refuses a fresh URL": "der Bucket lehnt eine neue URL ab",
  "the folder does not exist yet": "den Ordner gibt es noch nicht",
  "the configuration can't be used": "die Konfiguration ist nicht verwendbar",
  "the bucket responded with status {0}": "der Bucket antwortete mit dem Status {0}",
  "the bucket responded with {0}": "der Bucket antwortete mit {0}",
  "the service does not run: start it, and run the doctor again":
    "der Dienst läuft nicht: starten Sie ihn, und prüfen Sie dann erneut",
  "this machine has one of its addresses": "diese Maschine hat eine ihrer Adressen",
  "the service has not created it yet": "der Dienst hat sie noch nicht angelegt",
  "the bucket keeps versions, and {0}": "der Bucket behält Versionen, und {0}",
  "the credentials lack {0}, which the service itself does not need":
    "den Zugangsdaten fehlt {0}, das der Dienst selbst nicht braucht",
  "the server has no such setting": "der Server hat diese Einstellung nicht",
  "rules in a format that the doctor can't read": "Regeln in einem Format, das die Prüfung nicht lesen kann",
  '"{0}" failed': "„{0}“ ist gescheitert",
  "it took longer than {0} seconds": "es dauerte länger als {0} Sekunden",
  "the rest of the {0}": "der Rest von: {0}",
  "next bucket: {0}": "nächster Bucket: {0}",
  "everything else": "alles andere",
  "this machine": "diese Maschine",
  clock: "Uhrzeit",
  "exposed headers": "freigegebene Header",
  "ceiling on the age of signatures": "Höchstalter von Signaturen",
  "disk of DATA_DIR": "Datenträger von DATA_DIR",
  "multipart uploads": "mehrteilige Uploads",
  versioning: "Versionierung",
  "expiry of old versions": "Ablauf alter Versionen",
  "lifecycle rules": "Lebenszyklus-Regeln",
  "PUBLIC_URL and its proxy": "PUBLIC_URL und ihr Proxy",
  "buckets of the files": "Buckets der Dateien",
  "credentials of the bucket": "Zugangsdaten des Buckets",
  "reach the bucket": "Verbindung zum Bucket",
  "access without a signature": "Zugriff ohne Signatur",
  "capabilities of the bucket": "Fähigkeiten des Buckets",
  "permissions of the credentials": "Rechte der Zugangsdaten",
  "identity provider, keys and collector": "Identitätsanbieter, Schlüssel und Collector",
  "virus scanner": "Virenscanner",
  "mail server": "Mailserver",
  "embedded database": "eingebaute Datenbank",
  "lifecycle rules and versioning": "Lebenszyklus-Regeln und Versionierung",
  "uploads and downloads": "Uploads und Downloads",
  "the rest of the bucket": "der Rest des Buckets",
  "AUTH_JWKS_URL is plain http: anyone on the network path can insert their own keys. Use https.":
    "AUTH_JWKS_URL verwendet http: Jeder im Netzwerk kann eigene Schlüssel einschleusen. Verwenden Sie https.",
  "AUTH_JWKS_URL is set without AUTH_JWT_AUDIENCE: tokens made for other applications are accepted too.":
    "AUTH_JWKS_URL ist ohne AUTH_JWT_AUDIENCE gesetzt: Auch Tokens für andere Anwendungen werden akzeptiert.",
  "AUTH_JWT_ISSUER or AUTH_JWT_AUDIENCE is set, but no AUTH_JWT_SECRET or AUTH_JWKS_URL: no token is accepted.":
    "AUTH_JWT_ISSUER oder AUTH_JWT_AUDIENCE ist gesetzt, aber weder AUTH_JWT_SECRET noch AUTH_JWKS_URL: Kein Token wird akzeptiert.",
  "AUTH_JWT_REQUIRE_EXPIRY is false: a stolen token without an expiry works until you change its secret. Issue tokens with `exp`, then remove this setting.":
    "AUTH_JWT_REQUIRE_EXPIRY ist false: Ein gestohlenes Token ohne Ablauf gilt, bis Sie seinen Schlüssel ändern. Stellen Sie Tokens mit `exp` aus, und entfernen Sie dann diese Einstellung.",
  "AUTH_OIDC_NAME is set without AUTH_OIDC_ISSUER: there is no provider to name.":
    "AUTH_OIDC_NAME ist ohne AUTH_OIDC_ISSUER gesetzt: Es gibt keinen Anbieter, den der Name nennt.",
  "BRAND_LOGO is set without BRAND_NAME: the pages show the name {0} below the logo.":
    "BRAND_LOGO ist ohne BRAND_NAME gesetzt: Die Seiten zeigen den Namen {0} unter dem Logo.",
  "PUBLIC_URL is https, but the built-in bucket answers plain http on port {0}, which browsers block: put it behind the same proxy, and set S3_PUBLIC_ENDPOINT to its https URL.":
    "PUBLIC_URL verwendet https, aber der eingebaute Bucket antwortet mit http auf Port {0}, was Browser blockieren: Stellen Sie ihn hinter denselben Proxy, und setzen Sie S3_PUBLIC_ENDPOINT auf seine https-URL.",
  "{0} is set without CLOUDFRONT_DOMAIN: downloads come from the bucket.":
    "{0} ist ohne CLOUDFRONT_DOMAIN gesetzt: Downloads kommen aus dem Bucket.",
  "{0} is set but not read here: did you mean {1}?": "{0} ist gesetzt, wird hier aber nicht gelesen: Meinten Sie {1}?",
  "{0} is set but not read here: no setting has this name.":
    "{0} ist gesetzt, wird hier aber nicht gelesen: Keine Einstellung heißt so.",
  "HOST is {0} and PUBLIC_URL is not set: {1}": "HOST ist {0}, und PUBLIC_URL ist nicht gesetzt: {1}",
  "only this computer can open the links. Set PUBLIC_URL, or set HOST to the IP address of this computer in the network.":
    "Nur dieser Computer kann die Links öffnen. Setzen Sie PUBLIC_URL, oder setzen Sie HOST auf die IP-Adresse dieses Computers im Netzwerk.",
  "links only work on this machine or network.": "Links funktionieren nur auf dieser Maschine oder in diesem Netzwerk.",
  "PUBLIC_URL is https, but TRUST_PROXY is not set: all clients share the proxy's IP address, and one limit of sign-ins. Set TRUST_PROXY=1, or the number of proxies in front.":
    "PUBLIC_URL verwendet https, aber TRUST_PROXY ist nicht gesetzt: Alle Clients teilen die IP-Adresse des Proxys und ein Limit für Anmeldungen. Setzen Sie TRUST_PROXY=1, oder die Zahl der Proxys davor.",
  "DATABASE_PREPARED has no effect: it is only for PostgreSQL, and DATABASE_URL is not set.":
    "DATABASE_PREPARED hat keine Wirkung: Die Einstellung ist nur für PostgreSQL, und DATABASE_URL ist nicht gesetzt.",
  "{0} is set without CLAMAV_HOST: files are not scanned.":
    "{0} ist ohne CLAMAV_HOST gesetzt: Dateien werden nicht auf Viren geprüft.",
  "SMTP_URL is smtp:// without required TLS: anyone on the network path can read the mails, and the links in them. Use smtps://, or add ?requireTLS=true.":
    "SMTP_URL verwendet smtp:// ohne vorgeschriebenes TLS: Jeder im Netzwerk kann die Mails und ihre Links lesen. Verwenden Sie smtps://, oder fügen Sie ?requireTLS=true hinzu.",
  "SMTP_URL is set, but PUBLIC_URL is on localhost: the links in mails open on this machine only.":
    "SMTP_URL ist gesetzt, aber PUBLIC_URL liegt auf localhost: Die Links in Mails öffnen sich nur auf dieser Maschine.",
};

export const de = { faults, labels, sentences };
