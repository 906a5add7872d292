-- What the extension promises of every object it owns.
CREATE TEMP VIEW objects AS
    SELECT d.classid, d.objid, pg_describe_object(d.classid, d.objid, 0) AS object,
           obj_description(d.objid, d.classid::regclass::name) AS comment
    FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    WHERE e.extname = 'journey' AND d.deptype = 'e';
CREATE TEMP VIEW functions AS
    SELECT p.*, p.oid::regprocedure::text AS signature, o.comment
    FROM objects o JOIN pg_proc p ON o.classid = 'pg_proc'::regclass AND p.oid = o.objid;
-- What a user calls: everything but the parts of types, aggregates and operator classes.
CREATE TEMP VIEW public_functions AS
    SELECT * FROM functions f
    WHERE NOT ARRAY['internal'::regtype, 'cstring'::regtype]::oid[] && (string_to_array(proargtypes::text, ' ')::oid[] || prorettype)
      AND NOT EXISTS (SELECT FROM pg_aggregate a WHERE f.oid IN (aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn))
      AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = f.oid)
      AND NOT EXISTS (SELECT FROM pg_type t WHERE f.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend));

-- The public face. A change here is a change of the contract.
\pset format unaligned
\pset tuples_only on
SELECT format('%s %s(%s) -> %s', CASE WHEN prokind = 'a' THEN 'aggregate' WHEN prokind = 'w' THEN 'window' WHEN proretset THEN 'set' ELSE 'scalar' END,
              proname, pg_get_function_arguments(oid), pg_get_function_result(oid))
FROM public_functions ORDER BY proname COLLATE "C", pg_get_function_arguments(oid) COLLATE "C";
\pset format aligned
\pset tuples_only off

-- Lists of what breaks a rule: empty, or the exceptions that are meant.
\echo without a comment
SELECT object FROM objects WHERE coalesce(comment, '') = '' ORDER BY 1;
\echo called by users, without an example in the comment
SELECT object FROM objects o WHERE comment !~* '\mexample' AND (classid IN ('pg_type'::regclass, 'pg_operator'::regclass)
    AND object !~ '\[\]$' OR objid IN (SELECT oid FROM public_functions)) ORDER BY 1;
\echo not safe in parallel
SELECT signature FROM functions WHERE proparallel <> 's' ORDER BY 1;
\echo not immutable (reads a time zone)
SELECT signature, provolatile FROM functions WHERE provolatile <> 'i' ORDER BY 1;
\echo volatile
SELECT signature FROM functions WHERE provolatile = 'v' ORDER BY 1;
\echo run with the rights of their owner
SELECT signature FROM functions WHERE prosecdef ORDER BY 1;
\echo settings attached
SELECT signature FROM functions WHERE proconfig IS NOT NULL ORDER BY 1;
\echo sets without an estimate of rows
SELECT signature FROM functions WHERE proretset AND prorows IN (0, 1000) ORDER BY 1;
\echo work over a journey at the default cost
SELECT signature FROM public_functions f WHERE procost <= 1 AND prokind = 'f' AND 'journey'::regtype = ANY (proargtypes) ORDER BY 1;
\echo polymorphic, smallint or pseudo-typed arguments (conditions are VARIADIC "any")
SELECT signature FROM public_functions f WHERE EXISTS (
    SELECT FROM unnest(coalesce(proallargtypes, proargtypes::oid[])) a (oid) JOIN pg_type t USING (oid)
    WHERE t.typtype = 'p' OR t.oid = 'smallint'::regtype) ORDER BY 1;
\echo aggregates without parallel parts
SELECT f.signature FROM functions f JOIN pg_aggregate a ON a.aggfnoid = f.oid
WHERE aggcombinefn = 0 OR (aggtranstype = 'internal'::regtype AND (aggserialfn = 0 OR aggdeserialfn = 0)) ORDER BY 1;
\echo aggregates that may change their state at the end, or leave its size unsaid
SELECT f.signature FROM functions f JOIN pg_aggregate a ON a.aggfnoid = f.oid
WHERE aggfinalmodify <> 'r' OR (aggtranstype = 'internal'::regtype AND aggtransspace = 0) ORDER BY 1;
\echo transition and combine functions that are strict
SELECT f.signature FROM functions f JOIN pg_aggregate a ON f.oid IN (a.aggtransfn, a.aggcombinefn)
WHERE proisstrict AND aggtranstype = 'internal'::regtype ORDER BY 1;
\echo C functions whose symbol does not start with journey_
SELECT signature, prosrc FROM functions f JOIN pg_language l ON l.oid = prolang WHERE lanname = 'c' AND prosrc !~ '^journey_' ORDER BY 1;
\echo operators whose name drivers and BI tools eat, or without an estimate
SELECT object FROM objects JOIN pg_operator o ON classid = 'pg_operator'::regclass AND o.oid = objid
WHERE oprname ~ '[?%:]' OR (oprresult = 'boolean'::regtype AND (oprrest = 0 OR oprjoin = 0)) ORDER BY 1;
-- (@> and && over names have none: with text[] on the left they would take over plain arrays.)
\echo operators without commutator or negator that have one
SELECT object FROM objects JOIN pg_operator o ON classid = 'pg_operator'::regclass AND o.oid = objid
WHERE oprresult = 'boolean'::regtype AND (oprcom = 0 OR oprnegate = 0) ORDER BY 1;
\echo the type
SELECT typname, typlen, typbyval, typalign, typstorage, typcategory, typreceive <> 0 AS receives, typsend <> 0 AS sends, typdelim
FROM pg_type WHERE typname = 'journey';
\echo operator classes
SELECT a.amname, c.opcname, c.opcdefault FROM objects JOIN pg_opclass c ON classid = 'pg_opclass'::regclass AND c.oid = objid
JOIN pg_am a ON a.oid = c.opcmethod ORDER BY 1;
SELECT opcname, amvalidate(c.oid) FROM objects JOIN pg_opclass c ON classid = 'pg_opclass'::regclass AND c.oid = objid ORDER BY 1;
\echo arguments without a name
SELECT signature FROM public_functions WHERE pronargs > 0 AND (proargnames IS NULL OR '' = ANY (proargnames[1:pronargs]))
    AND prokind <> 'a' AND signature !~ '^journey_(eq|ne|lt|le|gt|ge|cmp|concat)' ORDER BY 1;
