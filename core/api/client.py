"""The JavaScript client, served beside the API that it talks to."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

ASSET = Path(__file__).parents[1] / "assets" / "job-manager.js"

router = APIRouter(include_in_schema=False)


@router.get("/client/job-manager.js")
def job_manager() -> FileResponse:
    """An ES module with the class `JobManager`."""
    return FileResponse(ASSET, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
