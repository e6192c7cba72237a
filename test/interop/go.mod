module sijill/test/interop

go 1.25.0

// Up to v0.38 TileHashReader believed some tiles unchecked: TestFlippedByteInTile fails there.
require golang.org/x/mod v0.40.0
