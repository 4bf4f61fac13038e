
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE TYPE public."RegistryStatus" AS ENUM (
    'CREATING',
    'ACTIVE',
    'DELETING',
    'DISABLED'
);

CREATE TYPE public."ResourceStatus" AS ENUM (
    'CREATING',
    'ACTIVE',
    'DELETING'
);

CREATE FUNCTION public.record_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  INSERT INTO "changes" ("kind", "key")
    SELECT DISTINCT TG_ARGV[0], regexp_replace("value", '^\\x', '')
    FROM (VALUES (to_jsonb(OLD) ->> TG_ARGV[1]), (to_jsonb(NEW) ->> TG_ARGV[1])) AS "touched"("value")
    WHERE "value" IS NOT NULL;
  PERFORM pg_notify('iotcore_changes', '');
  RETURN NULL;
END
$$;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public._prisma_migrations (
    id character varying(36) NOT NULL,
    checksum character varying(64) NOT NULL,
    finished_at timestamp with time zone,
    migration_name character varying(255) NOT NULL,
    logs text,
    rolled_back_at timestamp with time zone,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_steps_count integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.api_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    service_account_id text NOT NULL COLLATE pg_catalog."C",
    secret_sha256 bytea NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    expires_at timestamp(3) with time zone
);

CREATE TABLE public.audit_events (
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    event_type text NOT NULL,
    caller_id text COLLATE pg_catalog."C",
    remote_ip text NOT NULL,
    user_agent text DEFAULT ''::text NOT NULL,
    request_id text NOT NULL COLLATE pg_catalog."C",
    folder_id text COLLATE pg_catalog."C",
    resource_id text COLLATE pg_catalog."C",
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    code integer NOT NULL
);

CREATE TABLE public.authorized_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    service_account_id text NOT NULL COLLATE pg_catalog."C",
    public_key text NOT NULL,
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    expires_at timestamp(3) with time zone
);

CREATE TABLE public.brokers (
    id text NOT NULL COLLATE pg_catalog."C",
    folder_id text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    name text,
    description text DEFAULT ''::text NOT NULL,
    labels jsonb DEFAULT '{}'::jsonb NOT NULL,
    status public."ResourceStatus" DEFAULT 'ACTIVE'::public."ResourceStatus" NOT NULL,
    log_options jsonb
);

CREATE TABLE public.certificates (
    sha256 bytea NOT NULL,
    fingerprint text NOT NULL,
    pem text NOT NULL,
    not_before timestamp(3) with time zone NOT NULL,
    not_after timestamp(3) with time zone NOT NULL,
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    registry_id text COLLATE pg_catalog."C",
    device_id text COLLATE pg_catalog."C",
    broker_id text COLLATE pg_catalog."C",
    CONSTRAINT certificates_one_owner CHECK ((num_nonnulls(registry_id, device_id, broker_id) = 1))
);

CREATE TABLE public.changes (
    id bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
    kind text NOT NULL,
    key text NOT NULL
);

CREATE SEQUENCE public.changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.changes_id_seq OWNED BY public.changes.id;

CREATE TABLE public.connection_log (
    id bigint NOT NULL,
    resource_id text NOT NULL COLLATE pg_catalog."C",
    at timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    level text NOT NULL,
    message text NOT NULL
);

CREATE SEQUENCE public.connection_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.connection_log_id_seq OWNED BY public.connection_log.id;

CREATE TABLE public.data_plane_nodes (
    id text NOT NULL COLLATE pg_catalog."C",
    url text NOT NULL,
    started_at timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    seen_at timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE TABLE public.device_activity (
    device_id text NOT NULL COLLATE pg_catalog."C",
    last_auth_ip text,
    last_auth_time timestamp(3) with time zone,
    last_pub_activity_time timestamp(3) with time zone,
    last_sub_activity_time timestamp(3) with time zone,
    last_online_time timestamp(3) with time zone,
    last_disconnect_time timestamp(3) with time zone,
    first_auth_time timestamp(3) with time zone
)
WITH (fillfactor='70');

CREATE TABLE public.devices (
    id text NOT NULL COLLATE pg_catalog."C",
    registry_id text NOT NULL COLLATE pg_catalog."C",
    folder_id text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    name text,
    description text DEFAULT ''::text NOT NULL,
    labels jsonb DEFAULT '{}'::jsonb NOT NULL,
    status public."ResourceStatus" DEFAULT 'ACTIVE'::public."ResourceStatus" NOT NULL
);

CREATE TABLE public.idempotency_keys (
    caller_id text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status integer NOT NULL,
    response jsonb NOT NULL,
    created_at timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE TABLE public.operations (
    id text NOT NULL COLLATE pg_catalog."C",
    resource_id text NOT NULL COLLATE pg_catalog."C",
    folder_id text NOT NULL COLLATE pg_catalog."C",
    description text NOT NULL,
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    created_by text NOT NULL,
    modified_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    metadata jsonb NOT NULL,
    response jsonb,
    error jsonb
);

CREATE TABLE public.password_adoptions (
    id text NOT NULL COLLATE pg_catalog."C",
    registry_id text COLLATE pg_catalog."C",
    broker_id text COLLATE pg_catalog."C",
    ends_at timestamp(3) with time zone NOT NULL,
    networks text[],
    attempts_per_minute integer NOT NULL,
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    created_by text NOT NULL,
    CONSTRAINT password_adoptions_one_owner CHECK ((num_nonnulls(registry_id, broker_id) = 1))
);

CREATE TABLE public.passwords (
    id text NOT NULL COLLATE pg_catalog."C",
    hash text NOT NULL,
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    registry_id text COLLATE pg_catalog."C",
    device_id text COLLATE pg_catalog."C",
    broker_id text COLLATE pg_catalog."C",
    adopted_at timestamp(3) with time zone,
    CONSTRAINT passwords_one_owner CHECK ((num_nonnulls(registry_id, device_id, broker_id) = 1))
);

CREATE TABLE public.permanent_messages (
    registry_id text NOT NULL COLLATE pg_catalog."C",
    topic text NOT NULL COLLATE pg_catalog."C",
    device_id text COLLATE pg_catalog."C",
    payload bytea NOT NULL,
    updated_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    topic_sha256 bytea NOT NULL,
    CONSTRAINT permanent_messages_topic_sha256 CHECK ((topic_sha256 = sha256(convert_to(topic, 'UTF8'::name))))
)
WITH (fillfactor='80');

CREATE TABLE public.registries (
    id text NOT NULL COLLATE pg_catalog."C",
    folder_id text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    name text,
    description text DEFAULT ''::text NOT NULL,
    labels jsonb DEFAULT '{}'::jsonb NOT NULL,
    status public."RegistryStatus" DEFAULT 'ACTIVE'::public."RegistryStatus" NOT NULL,
    log_group_id text COLLATE pg_catalog."C",
    log_options jsonb
);

CREATE TABLE public.role_bindings (
    id text NOT NULL COLLATE pg_catalog."C",
    service_account_id text NOT NULL COLLATE pg_catalog."C",
    folder_id text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL,
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE TABLE public.service_accounts (
    id text NOT NULL COLLATE pg_catalog."C",
    folder_id text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.signing_keys (
    kid text NOT NULL,
    jwk jsonb NOT NULL,
    created_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE TABLE public.topic_aliases (
    registry_id text NOT NULL COLLATE pg_catalog."C",
    alias text NOT NULL COLLATE pg_catalog."C",
    device_id text NOT NULL COLLATE pg_catalog."C",
    prefix text NOT NULL
);

ALTER TABLE ONLY public.changes ALTER COLUMN id SET DEFAULT nextval('public.changes_id_seq'::regclass);

ALTER TABLE ONLY public.connection_log ALTER COLUMN id SET DEFAULT nextval('public.connection_log_id_seq'::regclass);

INSERT INTO public._prisma_migrations VALUES ('3873d0e3-6835-446e-a859-8d4f25763a6a', '03b22c36d0683a5ebc3c0500517b001be9aeaa04c06fa53dc14d449cee0e656c', '2026-11-26 06:57:34.614553+00', '20261122150000_init', NULL, NULL, '2026-11-26 06:57:34.049666+00', 1);
INSERT INTO public._prisma_migrations VALUES ('8bf4e140-3455-40a1-bffc-d877532e55be', '45990b6ddaac87fd3b635b32bea407991f04caae618848045bab1de20658a5e2', '2026-11-26 06:57:34.643011+00', '20261122163000_alias_listing', NULL, NULL, '2026-11-26 06:57:34.627801+00', 1);
INSERT INTO public._prisma_migrations VALUES ('2b2738e8-1028-43a1-b0b6-143d2108e1d9', 'ce3f821e27d1589149b1308097e3c1db664fae1ba60d100c0c56edd6ed280c80', '2026-11-26 06:57:34.692071+00', '20261122171500_long_topics', NULL, NULL, '2026-11-26 06:57:34.649905+00', 1);
INSERT INTO public._prisma_migrations VALUES ('1e5e894d-9849-46d8-83a3-99f3149e1a4c', '2a269b9a1cf47c5fd825eaed4ddd67af0c0a8fa37442ae3337ede38a052d7ef2', '2026-11-26 06:57:34.788096+00', '20261122183500_password_adoption', NULL, NULL, '2026-11-26 06:57:34.707829+00', 1);

INSERT INTO public.api_keys VALUES ('are27dgv7oit1dc14nn3', 'aree2m5f6jcoeq8qajuq', '\x1b1317b0deca651aa74fa3b9e8b416fcf39d33b766f11244412b210275cf4978', '', '2026-11-26 06:57:39.854+00', NULL);

INSERT INTO public.audit_events VALUES ('are1k8baag048ik3qoh1', '2026-11-26 06:57:38.308+00', 'devices.CreateRegistry', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', '3256f40d-106e-416c-bb22-80c202d82b71', 'greenhouse', 'are4tu8hvu6khe3vhk8f', '{"registryId": "are4tu8hvu6khe3vhk8f"}', 0);
INSERT INTO public.audit_events VALUES ('are1k8baag9l82i87mkq', '2026-11-26 06:57:38.613+00', 'devices.AddRegistryPassword', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', '601482ca-88e5-4c77-9076-366536d7fbab', 'greenhouse', 'are4tu8hvu6khe3vhk8f', '{"passwordId": "are3v2vtubdr0u0ucfv9", "registryId": "are4tu8hvu6khe3vhk8f"}', 0);
INSERT INTO public.audit_events VALUES ('are1k8baagelmppet2lt', '2026-11-26 06:57:38.773+00', 'devices.CreateDevice', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', '25f76c5f-9ef8-4813-9e59-d569079ce38b', 'greenhouse', 'arertlrdq5cc8033tr8l', '{"deviceId": "arertlrdq5cc8033tr8l"}', 0);
INSERT INTO public.audit_events VALUES ('are1k8baagjabsfm3ghl', '2026-11-26 06:57:38.922+00', 'devices.AddDevicePassword', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', '48480364-2f88-4959-b78f-2e702a90a526', 'greenhouse', 'arertlrdq5cc8033tr8l', '{"deviceId": "arertlrdq5cc8033tr8l", "passwordId": "arero3af7is5k8h727mb"}', 0);
INSERT INTO public.audit_events VALUES ('are1k8baagluqu5jlmpc', '2026-11-26 06:57:39.006+00', 'devices.CreateDevice', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', '2e4de5aa-5ee7-4bdd-90a7-2998d16f6c7c', 'greenhouse', 'areush21f5uob0nnd9sj', '{"deviceId": "areush21f5uob0nnd9sj"}', 0);
INSERT INTO public.audit_events VALUES ('are1k8baagtdq14kq2rb', '2026-11-26 06:57:39.245+00', 'devices.AddDeviceCertificate', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', 'ca37ca09-514a-4b75-8120-9274a9826ec1', 'greenhouse', 'areush21f5uob0nnd9sj', '{"deviceId": "areush21f5uob0nnd9sj", "fingerprint": "1bc8581825f3ad4931e5f9f798906dd01840f67e"}', 0);
INSERT INTO public.audit_events VALUES ('are1k8baagvm860vnt95', '2026-11-26 06:57:39.318+00', 'broker.CreateBroker', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', '84d1e22a-2568-4e14-9a4e-dc3470c93167', 'greenhouse', 'are5d8jqtm1j1943f0aa', '{"brokerId": "are5d8jqtm1j1943f0aa"}', 0);
INSERT INTO public.audit_events VALUES ('are1k8baah9f2ubame1t', '2026-11-26 06:57:39.631+00', 'broker.AddBrokerPassword', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', '062eec31-b184-4dc9-b8d6-cb706d6c3fe0', 'greenhouse', 'are5d8jqtm1j1943f0aa', '{"brokerId": "are5d8jqtm1j1943f0aa", "passwordId": "are30uvcmj5keuildvi1"}', 0);
INSERT INTO public.audit_events VALUES ('are1k8baahcqh7bvdp15', '2026-11-26 06:57:39.738+00', 'iam.CreateServiceAccount', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', '3f0a54a2-8fad-45da-85c0-b3885d3379be', 'greenhouse', 'aree2m5f6jcoeq8qajuq', '{"serviceAccountId": "aree2m5f6jcoeq8qajuq"}', 0);
INSERT INTO public.audit_events VALUES ('are1k8baahgqv7jdsif4', '2026-11-26 06:57:39.866+00', 'iam.CreateApiKey', 'are2hlg2h2352vnjlocs', '127.0.0.1', 'node', '8208d336-8727-40e7-8039-bbe39efa7b60', 'greenhouse', 'aree2m5f6jcoeq8qajuq', '{"apiKeyId": "are27dgv7oit1dc14nn3", "serviceAccountId": "aree2m5f6jcoeq8qajuq"}', 0);

INSERT INTO public.brokers VALUES ('are5d8jqtm1j1943f0aa', 'greenhouse', '2026-11-26 06:57:39.302+00', 'backend', '', '{}', 'ACTIVE', NULL);

INSERT INTO public.certificates VALUES ('\xc142d941ab8d5d3dfc27210b3139229e3de21af8936fcabc98c9e4f980354a40', '1bc8581825f3ad4931e5f9f798906dd01840f67e', '-----BEGIN CERTIFICATE-----
MIIBcjCCARmgAwIBAgIUVOXyP7yKVxJir8L4u/6sngAItX8wCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDZmFuMCAXDTI2MTEyNjA2NTczOVoYDzIxMjYxMTAyMDY1NzM5
WjAOMQwwCgYDVQQDDANmYW4wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATzmFYU
R4v9ZjKXtPlNDKGnUTQvgNrBTf2FGxNtakfC8Qswm9/fPGrcvW9o3Q52/+1IYUEb
RApIOzdfLJ+Qzuzio1MwUTAdBgNVHQ4EFgQUxu4rWoEK/czvt6C/KbSnDkuHr6sw
HwYDVR0jBBgwFoAUxu4rWoEK/czvt6C/KbSnDkuHr6swDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNHADBEAiBNFtsAKh4oetuNjzPA1+HvfjHWs+u7WjolceaV
uppadAIgDGDo3buCchJ6Gp+bRemnXSvAoRBTXcVbMCxdfWJl26Q=
', '2026-11-26 06:57:39+00', '2126-11-02 06:57:39+00', '2026-11-26 06:57:39.241+00', NULL, 'areush21f5uob0nnd9sj', NULL);

INSERT INTO public.changes VALUES (1, '731', '2026-11-26 06:57:36.791+00', 'signing-key', 'lRkW2gaWEf0K5uuGWr5hr94ErW8TSlseupakeweGRJg');
INSERT INTO public.changes VALUES (2, '732', '2026-11-26 06:57:37.129+00', 'account', 'are2hlg2h2352vnjlocs');
INSERT INTO public.changes VALUES (3, '735', '2026-11-26 06:57:38.763+00', 'alias', 'arertlrdq5cc8033tr8l');
INSERT INTO public.changes VALUES (4, '742', '2026-11-26 06:57:39.857+00', 'account', 'aree2m5f6jcoeq8qajuq');

INSERT INTO public.data_plane_nodes VALUES ('0b3128a7-2538-4eec-bc67-9105a84e4ae5', 'http://127.0.0.1:19464', '2026-11-26 06:57:34.936+00', '2026-11-26 06:57:39.889+00');

INSERT INTO public.devices VALUES ('arertlrdq5cc8033tr8l', 'are4tu8hvu6khe3vhk8f', 'greenhouse', '2026-11-26 06:57:38.731+00', 'pump', '', '{}', 'ACTIVE');
INSERT INTO public.devices VALUES ('areush21f5uob0nnd9sj', 'are4tu8hvu6khe3vhk8f', 'greenhouse', '2026-11-26 06:57:39+00', 'fan', '', '{}', 'ACTIVE');

INSERT INTO public.operations VALUES ('are1k8baag048ik3qoh1', 'are4tu8hvu6khe3vhk8f', 'greenhouse', 'Create registry', '2026-11-26 06:57:38.308+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:38.308+00', '{"@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.CreateRegistryMetadata", "registryId": "are4tu8hvu6khe3vhk8f"}', '{"id": "are4tu8hvu6khe3vhk8f", "name": "greenhouse", "@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.Registry", "labels": {"site": "north"}, "status": "ACTIVE", "folderId": "greenhouse", "createdAt": "2026-11-26T06:57:38.305Z"}', NULL);
INSERT INTO public.operations VALUES ('are1k8baag9l82i87mkq', 'are4tu8hvu6khe3vhk8f', 'greenhouse', 'Add registry password', '2026-11-26 06:57:38.613+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:38.613+00', '{"@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.AddRegistryPasswordMetadata", "passwordId": "are3v2vtubdr0u0ucfv9", "registryId": "are4tu8hvu6khe3vhk8f"}', '{"id": "are3v2vtubdr0u0ucfv9", "@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.RegistryPassword", "createdAt": "2026-11-26T06:57:38.600Z", "registryId": "are4tu8hvu6khe3vhk8f"}', NULL);
INSERT INTO public.operations VALUES ('are1k8baagelmppet2lt', 'arertlrdq5cc8033tr8l', 'greenhouse', 'Create device', '2026-11-26 06:57:38.773+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:38.773+00', '{"@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.CreateDeviceMetadata", "deviceId": "arertlrdq5cc8033tr8l"}', '{"id": "arertlrdq5cc8033tr8l", "name": "pump", "@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.Device", "status": "ACTIVE", "createdAt": "2026-11-26T06:57:38.731Z", "registryId": "are4tu8hvu6khe3vhk8f", "topicAliases": {"bare/pump": "$devices/arertlrdq5cc8033tr8l/events/pressure"}}', NULL);
INSERT INTO public.operations VALUES ('are1k8baagjabsfm3ghl', 'arertlrdq5cc8033tr8l', 'greenhouse', 'Add device password', '2026-11-26 06:57:38.922+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:38.922+00', '{"@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.AddDevicePasswordMetadata", "deviceId": "arertlrdq5cc8033tr8l", "passwordId": "arero3af7is5k8h727mb"}', '{"id": "arero3af7is5k8h727mb", "@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.DevicePassword", "deviceId": "arertlrdq5cc8033tr8l", "createdAt": "2026-11-26T06:57:38.917Z"}', NULL);
INSERT INTO public.operations VALUES ('are1k8baagluqu5jlmpc', 'areush21f5uob0nnd9sj', 'greenhouse', 'Create device', '2026-11-26 06:57:39.006+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:39.006+00', '{"@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.CreateDeviceMetadata", "deviceId": "areush21f5uob0nnd9sj"}', '{"id": "areush21f5uob0nnd9sj", "name": "fan", "@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.Device", "status": "ACTIVE", "createdAt": "2026-11-26T06:57:39.000Z", "registryId": "are4tu8hvu6khe3vhk8f"}', NULL);
INSERT INTO public.operations VALUES ('are1k8baagtdq14kq2rb', 'areush21f5uob0nnd9sj', 'greenhouse', 'Add device certificate', '2026-11-26 06:57:39.245+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:39.245+00', '{"@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.AddDeviceCertificateMetadata", "deviceId": "areush21f5uob0nnd9sj", "fingerprint": "1bc8581825f3ad4931e5f9f798906dd01840f67e"}', '{"@type": "type.googleapis.com/yandex.cloud.iot.devices.v1.DeviceCertificate", "deviceId": "areush21f5uob0nnd9sj", "createdAt": "2026-11-26T06:57:39.241Z", "fingerprint": "1bc8581825f3ad4931e5f9f798906dd01840f67e", "certificateData": "-----BEGIN CERTIFICATE-----\nMIIBcjCCARmgAwIBAgIUVOXyP7yKVxJir8L4u/6sngAItX8wCgYIKoZIzj0EAwIw\nDjEMMAoGA1UEAwwDZmFuMCAXDTI2MTEyNjA2NTczOVoYDzIxMjYxMTAyMDY1NzM5\nWjAOMQwwCgYDVQQDDANmYW4wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATzmFYU\nR4v9ZjKXtPlNDKGnUTQvgNrBTf2FGxNtakfC8Qswm9/fPGrcvW9o3Q52/+1IYUEb\nRApIOzdfLJ+Qzuzio1MwUTAdBgNVHQ4EFgQUxu4rWoEK/czvt6C/KbSnDkuHr6sw\nHwYDVR0jBBgwFoAUxu4rWoEK/czvt6C/KbSnDkuHr6swDwYDVR0TAQH/BAUwAwEB\n/zAKBggqhkjOPQQDAgNHADBEAiBNFtsAKh4oetuNjzPA1+HvfjHWs+u7WjolceaV\nuppadAIgDGDo3buCchJ6Gp+bRemnXSvAoRBTXcVbMCxdfWJl26Q=\n-----END CERTIFICATE-----\n"}', NULL);
INSERT INTO public.operations VALUES ('are1k8baagvm860vnt95', 'are5d8jqtm1j1943f0aa', 'greenhouse', 'Create broker', '2026-11-26 06:57:39.318+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:39.318+00', '{"@type": "type.googleapis.com/yandex.cloud.iot.broker.v1.CreateBrokerMetadata", "brokerId": "are5d8jqtm1j1943f0aa"}', '{"id": "are5d8jqtm1j1943f0aa", "name": "backend", "@type": "type.googleapis.com/yandex.cloud.iot.broker.v1.Broker", "status": "ACTIVE", "folderId": "greenhouse", "createdAt": "2026-11-26T06:57:39.302Z"}', NULL);
INSERT INTO public.operations VALUES ('are1k8baah9f2ubame1t', 'are5d8jqtm1j1943f0aa', 'greenhouse', 'Add broker password', '2026-11-26 06:57:39.631+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:39.631+00', '{"@type": "type.googleapis.com/yandex.cloud.iot.broker.v1.AddBrokerPasswordMetadata", "brokerId": "are5d8jqtm1j1943f0aa", "passwordId": "are30uvcmj5keuildvi1"}', '{"id": "are30uvcmj5keuildvi1", "@type": "type.googleapis.com/yandex.cloud.iot.broker.v1.BrokerPassword", "brokerId": "are5d8jqtm1j1943f0aa", "createdAt": "2026-11-26T06:57:39.615Z"}', NULL);
INSERT INTO public.operations VALUES ('are1k8baahcqh7bvdp15', 'aree2m5f6jcoeq8qajuq', 'greenhouse', 'Create service account', '2026-11-26 06:57:39.738+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:39.738+00', '{"@type": "type.googleapis.com/yandex.cloud.iam.v1.CreateServiceAccountMetadata", "serviceAccountId": "aree2m5f6jcoeq8qajuq"}', '{"id": "aree2m5f6jcoeq8qajuq", "name": "terraform", "@type": "type.googleapis.com/yandex.cloud.iam.v1.ServiceAccount", "folderId": "greenhouse", "createdAt": "2026-11-26T06:57:39.707Z"}', NULL);
INSERT INTO public.operations VALUES ('are1k8baahgqv7jdsif4', 'aree2m5f6jcoeq8qajuq', 'greenhouse', 'Create api key', '2026-11-26 06:57:39.866+00', 'are2hlg2h2352vnjlocs', '2026-11-26 06:57:39.866+00', '{"@type": "type.googleapis.com/yandex.cloud.iam.v1.CreateApiKeyMetadata", "apiKeyId": "are27dgv7oit1dc14nn3", "serviceAccountId": "aree2m5f6jcoeq8qajuq"}', '{"id": "are27dgv7oit1dc14nn3", "@type": "type.googleapis.com/yandex.cloud.iam.v1.ApiKey", "createdAt": "2026-11-26T06:57:39.854Z", "serviceAccountId": "aree2m5f6jcoeq8qajuq"}', NULL);

INSERT INTO public.passwords VALUES ('are3v2vtubdr0u0ucfv9', '$argon2id$v=19$m=19456,t=2,p=1$UNUqxC6aFMicZLw7WoNo+Q$IzBIdriD4xYDnrn9372g8Ar3PgLekFTxDXX8qc/HXqs', '2026-11-26 06:57:38.6+00', 'are4tu8hvu6khe3vhk8f', NULL, NULL, NULL);
INSERT INTO public.passwords VALUES ('arero3af7is5k8h727mb', '$argon2id$v=19$m=19456,t=2,p=1$LfVLw/X6jwyqdbuVbMsw4w$TtYx/IpAd76xVQKjMw3vZjl6Csuo87PT6n1+tyko5Jc', '2026-11-26 06:57:38.917+00', NULL, 'arertlrdq5cc8033tr8l', NULL, NULL);
INSERT INTO public.passwords VALUES ('are30uvcmj5keuildvi1', '$argon2id$v=19$m=19456,t=2,p=1$aHlQ0Ba13LojTFIs/ic87w$VQBa0BOKbLN044s/K7TO7yAvuf4i6DLBXk5VJq1B7O4', '2026-11-26 06:57:39.615+00', NULL, NULL, 'are5d8jqtm1j1943f0aa', NULL);

INSERT INTO public.permanent_messages VALUES ('are4tu8hvu6khe3vhk8f', '$devices/arertlrdq5cc8033tr8l/state', 'arertlrdq5cc8033tr8l', '\x7b226f6e223a747275657d', '2026-11-26 06:57:40.281997+00', '\x34ab8811c6598b6463321535f1365843b96bffd4f928968b3ad9dda980d967a6');

INSERT INTO public.registries VALUES ('are4tu8hvu6khe3vhk8f', 'greenhouse', '2026-11-26 06:57:38.305+00', 'greenhouse', '', '{"site": "north"}', 'ACTIVE', NULL, NULL);

INSERT INTO public.role_bindings VALUES ('arekdtig14o28s8t4poo', 'are2hlg2h2352vnjlocs', '*', 'admin', '2026-11-26 06:57:37.1+00');

INSERT INTO public.service_accounts VALUES ('are2hlg2h2352vnjlocs', '*', '2026-11-26 06:57:37.1+00', 'admin', '');
INSERT INTO public.service_accounts VALUES ('aree2m5f6jcoeq8qajuq', 'greenhouse', '2026-11-26 06:57:39.707+00', 'terraform', '');

INSERT INTO public.signing_keys VALUES ('lRkW2gaWEf0K5uuGWr5hr94ErW8TSlseupakeweGRJg', '{"d": "CHHkTisHbvcw-RDc8cFIxF4KPRbxVi9Yc35zt_Kps5s", "x": "9V2JDP5Knuhyt9RKfEgSj5l1dk2dr5y_DmHPYCqwdGA", "crv": "Ed25519", "kty": "OKP"}', '2026-11-26 06:57:36.772+00');

INSERT INTO public.topic_aliases VALUES ('are4tu8hvu6khe3vhk8f', 'bare/pump', 'arertlrdq5cc8033tr8l', '$devices/arertlrdq5cc8033tr8l/events/pressure');

SELECT pg_catalog.setval('public.changes_id_seq', 4, true);

SELECT pg_catalog.setval('public.connection_log_id_seq', 1, false);

ALTER TABLE ONLY public._prisma_migrations
    ADD CONSTRAINT _prisma_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.authorized_keys
    ADD CONSTRAINT authorized_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.brokers
    ADD CONSTRAINT brokers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.certificates
    ADD CONSTRAINT certificates_pkey PRIMARY KEY (sha256);

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.connection_log
    ADD CONSTRAINT connection_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.data_plane_nodes
    ADD CONSTRAINT data_plane_nodes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.device_activity
    ADD CONSTRAINT device_activity_pkey PRIMARY KEY (device_id);

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller_id, key);

ALTER TABLE ONLY public.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.password_adoptions
    ADD CONSTRAINT password_adoptions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT passwords_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.permanent_messages
    ADD CONSTRAINT permanent_messages_pkey PRIMARY KEY (registry_id, topic_sha256);

ALTER TABLE ONLY public.registries
    ADD CONSTRAINT registries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.role_bindings
    ADD CONSTRAINT role_bindings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.service_accounts
    ADD CONSTRAINT service_accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY public.topic_aliases
    ADD CONSTRAINT topic_aliases_pkey PRIMARY KEY (registry_id, alias);

CREATE UNIQUE INDEX api_keys_secret_sha256_key ON public.api_keys USING btree (secret_sha256);

CREATE INDEX api_keys_service_account_id_idx ON public.api_keys USING btree (service_account_id);

CREATE INDEX audit_events_at_idx ON public.audit_events USING btree (at);

CREATE INDEX audit_events_folder_id_id_idx ON public.audit_events USING btree (folder_id, id);

CREATE INDEX authorized_keys_service_account_id_idx ON public.authorized_keys USING btree (service_account_id);

CREATE INDEX brokers_folder_id_id_idx ON public.brokers USING btree (folder_id, id);

CREATE UNIQUE INDEX brokers_folder_id_name_key ON public.brokers USING btree (folder_id, name);

CREATE INDEX certificates_broker_id_idx ON public.certificates USING btree (broker_id);

CREATE INDEX certificates_device_id_idx ON public.certificates USING btree (device_id);

CREATE INDEX certificates_registry_id_idx ON public.certificates USING btree (registry_id);

CREATE INDEX changes_xid_idx ON public.changes USING btree (xid);

CREATE INDEX connection_log_at_idx ON public.connection_log USING btree (at);

CREATE INDEX connection_log_resource_id_id_idx ON public.connection_log USING btree (resource_id, id);

CREATE INDEX devices_folder_id_id_idx ON public.devices USING btree (folder_id, id);

CREATE INDEX devices_registry_id_created_at_id_idx ON public.devices USING btree (registry_id, created_at, id);

CREATE INDEX devices_registry_id_id_idx ON public.devices USING btree (registry_id, id);

CREATE UNIQUE INDEX devices_registry_id_name_key ON public.devices USING btree (registry_id, name);

CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (created_at);

CREATE INDEX operations_resource_id_id_idx ON public.operations USING btree (resource_id, id);

CREATE UNIQUE INDEX password_adoptions_broker_id_key ON public.password_adoptions USING btree (broker_id);

CREATE UNIQUE INDEX password_adoptions_registry_id_key ON public.password_adoptions USING btree (registry_id);

CREATE UNIQUE INDEX passwords_adopted_broker_idx ON public.passwords USING btree (broker_id) WHERE (adopted_at IS NOT NULL);

CREATE UNIQUE INDEX passwords_adopted_device_idx ON public.passwords USING btree (device_id) WHERE (adopted_at IS NOT NULL);

CREATE UNIQUE INDEX passwords_adopted_registry_idx ON public.passwords USING btree (registry_id) WHERE (adopted_at IS NOT NULL);

CREATE INDEX passwords_broker_id_idx ON public.passwords USING btree (broker_id);

CREATE INDEX passwords_device_id_idx ON public.passwords USING btree (device_id);

CREATE INDEX passwords_registry_id_idx ON public.passwords USING btree (registry_id);

CREATE INDEX permanent_messages_device_id_idx ON public.permanent_messages USING btree (device_id);

CREATE INDEX permanent_messages_topic_beginning_idx ON public.permanent_messages USING btree (registry_id, "left"(topic, 500));

CREATE INDEX registries_folder_id_id_idx ON public.registries USING btree (folder_id, id);

CREATE UNIQUE INDEX registries_folder_id_name_key ON public.registries USING btree (folder_id, name);

CREATE UNIQUE INDEX role_bindings_service_account_id_folder_id_role_key ON public.role_bindings USING btree (service_account_id, folder_id, role);

CREATE UNIQUE INDEX service_accounts_folder_id_name_key ON public.service_accounts USING btree (folder_id, name);

CREATE INDEX topic_aliases_device_id_idx ON public.topic_aliases USING btree (device_id);

CREATE INDEX topic_aliases_registry_id_device_id_idx ON public.topic_aliases USING btree (registry_id, device_id);

CREATE TRIGGER account_written AFTER DELETE OR UPDATE ON public.service_accounts FOR EACH ROW EXECUTE FUNCTION public.record_change('account', 'id');

CREATE TRIGGER alias_written AFTER INSERT OR DELETE OR UPDATE ON public.topic_aliases FOR EACH ROW EXECUTE FUNCTION public.record_change('alias', 'device_id');

CREATE TRIGGER api_key_written AFTER INSERT OR DELETE OR UPDATE ON public.api_keys FOR EACH ROW EXECUTE FUNCTION public.record_change('account', 'service_account_id');

CREATE TRIGGER authorized_key_written AFTER INSERT OR DELETE OR UPDATE ON public.authorized_keys FOR EACH ROW EXECUTE FUNCTION public.record_change('account', 'service_account_id');

CREATE TRIGGER broker_deleted AFTER DELETE ON public.brokers FOR EACH ROW EXECUTE FUNCTION public.record_change('broker', 'id');

CREATE TRIGGER broker_updated AFTER UPDATE ON public.brokers FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) OR (old.log_options IS DISTINCT FROM new.log_options))) EXECUTE FUNCTION public.record_change('broker', 'id');

CREATE TRIGGER certificate_deleted AFTER DELETE ON public.certificates FOR EACH ROW EXECUTE FUNCTION public.record_change('certificate', 'sha256');

CREATE TRIGGER device_deleted AFTER DELETE ON public.devices FOR EACH ROW EXECUTE FUNCTION public.record_change('device', 'id');

CREATE TRIGGER device_updated AFTER UPDATE ON public.devices FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION public.record_change('device', 'id');

CREATE TRIGGER password_deleted AFTER DELETE ON public.passwords FOR EACH ROW EXECUTE FUNCTION public.record_change('password', 'id');

CREATE TRIGGER registry_deleted AFTER DELETE ON public.registries FOR EACH ROW EXECUTE FUNCTION public.record_change('registry', 'id');

CREATE TRIGGER registry_updated AFTER UPDATE ON public.registries FOR EACH ROW WHEN ((((old.status IS DISTINCT FROM new.status) OR (old.log_group_id IS DISTINCT FROM new.log_group_id)) OR (old.log_options IS DISTINCT FROM new.log_options))) EXECUTE FUNCTION public.record_change('registry', 'id');

CREATE TRIGGER role_binding_written AFTER INSERT OR DELETE OR UPDATE ON public.role_bindings FOR EACH ROW EXECUTE FUNCTION public.record_change('account', 'service_account_id');

CREATE TRIGGER signing_key_written AFTER INSERT OR DELETE OR UPDATE ON public.signing_keys FOR EACH ROW EXECUTE FUNCTION public.record_change('signing-key', 'kid');

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_service_account_id_fkey FOREIGN KEY (service_account_id) REFERENCES public.service_accounts(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.authorized_keys
    ADD CONSTRAINT authorized_keys_service_account_id_fkey FOREIGN KEY (service_account_id) REFERENCES public.service_accounts(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.certificates
    ADD CONSTRAINT certificates_broker_id_fkey FOREIGN KEY (broker_id) REFERENCES public.brokers(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.certificates
    ADD CONSTRAINT certificates_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.certificates
    ADD CONSTRAINT certificates_registry_id_fkey FOREIGN KEY (registry_id) REFERENCES public.registries(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.device_activity
    ADD CONSTRAINT device_activity_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_registry_id_fkey FOREIGN KEY (registry_id) REFERENCES public.registries(id) ON UPDATE CASCADE ON DELETE RESTRICT;

ALTER TABLE ONLY public.password_adoptions
    ADD CONSTRAINT password_adoptions_broker_id_fkey FOREIGN KEY (broker_id) REFERENCES public.brokers(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.password_adoptions
    ADD CONSTRAINT password_adoptions_registry_id_fkey FOREIGN KEY (registry_id) REFERENCES public.registries(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT passwords_broker_id_fkey FOREIGN KEY (broker_id) REFERENCES public.brokers(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT passwords_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT passwords_registry_id_fkey FOREIGN KEY (registry_id) REFERENCES public.registries(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.permanent_messages
    ADD CONSTRAINT permanent_messages_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.permanent_messages
    ADD CONSTRAINT permanent_messages_registry_id_fkey FOREIGN KEY (registry_id) REFERENCES public.registries(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.role_bindings
    ADD CONSTRAINT role_bindings_service_account_id_fkey FOREIGN KEY (service_account_id) REFERENCES public.service_accounts(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.topic_aliases
    ADD CONSTRAINT topic_aliases_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.topic_aliases
    ADD CONSTRAINT topic_aliases_registry_id_fkey FOREIGN KEY (registry_id) REFERENCES public.registries(id) ON UPDATE CASCADE ON DELETE CASCADE;

