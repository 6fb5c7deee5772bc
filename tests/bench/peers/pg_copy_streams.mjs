// What one writes by hand: COPY into a table of texts, then one INSERT ... SELECT with the joins.
import { createReadStream } from "node:fs";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from } from "pg-copy-streams";

const work = JSON.parse(await text(process.stdin));
const client = new pg.Client({ connectionString: work.url });
await client.connect();
const columns = work.header.split(",");
const begun = process.hrtime.bigint();
await client.query("BEGIN");
await client.query(
  `CREATE TEMP TABLE dummy (${columns.map((name) => `${name} text`).join(", ")}) ON COMMIT DROP`,
);
await pipeline(
  createReadStream(work.path),
  client.query(from("COPY dummy FROM STDIN (FORMAT csv, HEADER)")),
);
const { rowCount } = await client.query(`
  INSERT INTO shop_movement
         (reference, warehouse_id, product_id, quantity, unit_price, moved_on, state, note)
  SELECT d.reference, w.id, p.id, d.quantity::int, d.unit_price::numeric, d.moved_on::date,
         d.state, coalesce(d.note, '')
    FROM dummy d
    JOIN shop_warehouse w ON w.code = d.warehouse
    JOIN shop_product p ON p.sku = d.product`);
await client.query("COMMIT");
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
await client.end();
const usage = process.resourceUsage();
console.log(
  JSON.stringify({
    seconds,
    cpu_seconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peak_mb: (usage.maxRSS * 1024) / 1e6,
    said: { imported: rowCount },
  }),
);
