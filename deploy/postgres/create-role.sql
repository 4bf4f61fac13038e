-- The user and the database of IoT Core, once: psql --set=password=… --file=create-role.sql
CREATE ROLE iotcore LOGIN PASSWORD :'password';
CREATE DATABASE iotcore OWNER iotcore ENCODING 'UTF8' TEMPLATE template0;
